"""Equity of recorded sessions, compared with the accounts that the order manager folds."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ctl.verify.traded import order, trade
from tests.daemons.tradestack_order_manager.carried import begin_next, first_session
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tests.trading.verification.any_steps import MODELS, STEPS, Player, Step
from tradestack.ctl.recorded.moment import AtSequence
from tradestack.ctl.recorded.session_at import session_at
from tradestack.domain.fixed_point import SCALE, divide_half_even, parse_fixed
from tradestack.report.columns.table import MISSING, NO_CODE, Table
from tradestack.report.equity import tape_blocks
from tradestack.report.files.state_files import StateFiles
from tradestack.report.recorded import open_session
from tradestack.trading.account.account import Account
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.replies.accounts import account_reply, position_replies

# Columns of `equity`, and what they are called in the answer of `pnl`.
SAME = {
    "equity": "equity",
    "cash": "cash",
    "market_value": "net_notional",
    "gross_exposure": "gross_notional",
    "peak_equity": "peak_equity",
    "drawdown": "drawdown",
    "realized_pnl": "realized_pnl",
    "unrealized_pnl": "unrealized_pnl",
    "fees": "fees",
}


def accounts_at(
    directory: Path, sequence: int, session_id: str | None = None
) -> dict[str, Account]:
    """Fold the accounts of a session, None: the newest, up to a message."""
    files = StateFiles(directory / "state")
    with session_at(files, session_id, AtSequence(sequence)) as session:
        return session.accounts(None).accounts


def row_of(table: Table, user: str | None, sequence: int) -> dict[str, int]:
    """The row of a user after a message, None: of all users."""
    code = NO_CODE if user is None else table.code("user", user)
    (row,) = np.flatnonzero((table["user"] == code) & (table["feed_seq"] == sequence))
    return {name: int(table[name][row]) for name in table}


def told(account: Account) -> dict[str, int]:
    """What `pnl` answers of an account, as integers."""
    reply = msgspec.to_builtins(account_reply(account.key, account.state))
    return {name: parse_fixed(reply[key]) for name, key in SAME.items()}


def compare_each_message(directory: Path, first: int = 1) -> None:
    """Compare every user's rows with the accounts after every message from the first one on."""
    session = open_session(directory, None)
    table = session.equity(np.arange(1, session.head + 1))
    for sequence in range(first, session.head + 1):
        accounts = accounts_at(directory, sequence)
        for user, account in accounts.items():
            row = row_of(table, user, sequence)
            assert {name: row[name] for name in SAME} == told(account), (user, sequence)
            portfolio = account.state.portfolio
            assert row["drawdown_max"] == divide_half_even(portfolio.drawdown_max, SCALE)
        if accounts:
            total = sum(account.state.portfolio.equity for account in accounts.values())
            assert row_of(table, None, sequence)["equity"] == divide_half_even(total, SCALE)


@settings(max_examples=25, deadline=None)
@given(
    model=MODELS,
    steps=st.lists(STEPS, min_size=30, max_size=60),
    block_records=st.sampled_from([3, 1 << 19]),
)
def test_equity_is_that_of_the_accounts_behind_every_message(
    tmp_path_factory: pytest.TempPathFactory,
    model: ExecutionModel,
    steps: list[Step],
    block_records: int,
) -> None:
    """Exactly: all numbers of `pnl`, peaks too, over restarts and order sessions, of all users."""
    directory = tmp_path_factory.mktemp("equity")
    with RecordedSession(directory, model) as recorded:
        Player(recorded).play(steps)
        recorded.pass_time()
        recorded.end()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tape_blocks, "BLOCK_RECORDS", block_records)
        compare_each_message(directory)


def test_an_account_that_goes_on_begins_with_what_it_has_taken_over(tmp_path: Path) -> None:
    """At its old marks, also of a symbol that was traded before the account began."""
    with first_session(tmp_path) as recorded:
        begin_next(recorded)
        recorded.publish(*trades("SPY", "90"), *trades("IBM", "50", "50"))
        recorded.send(order("second", 1, symbol="IBM"))
        recorded.publish(*trades("IBM", "51"), *trades("SPY", "110", "108"))
        recorded.pass_time()
        recorded.end()

    compare_each_message(tmp_path, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tape_blocks, "BLOCK_RECORDS", 2)
        compare_each_message(tmp_path, 4)
    session = open_session(tmp_path, None)
    assert session.opened_equity == {"news": 20 * SCALE}
    held = session.positions().rows(slice(0, 1))
    assert (held.decoded("symbol"), held["opened_quantity"].tolist()) == (["SPY"], [10 * SCALE])


def test_an_account_whose_first_journal_is_gone(tmp_path: Path) -> None:
    """It begins with the first state that is here, and that is said."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 100))
        recorded.publish(*trades("SPY", "101", "102"))
        recorded.pass_time()
        recorded.roll_over()
        recorded.send(order("second", 10))
        recorded.publish(*trades("SPY", "103", "104"))
        recorded.pass_time()
        recorded.end()
    recorded.journals[0].unlink()

    compare_each_message(tmp_path, 3)
    (remark,) = open_session(tmp_path, None).remarks
    assert "news is known from message 3 on" in remark


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a session that was traded to its end by two users."""
    directory = tmp_path_factory.mktemp("traded")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.end()
    return directory


def test_each_fill_has_a_row_and_peaks_are_of_all_messages(
    traded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of few samples: the peak between two of them is not lost."""
    monkeypatch.setattr("tradestack.report.recorded.SAMPLES_MAX", 2)
    session = open_session(traded, FEED_SESSION)
    table, fills = session.equity(), session.fills()
    account = accounts_at(traded, session.head)["news"]

    own = table.rows(table["user"] == table.code("user", "news"))
    of_fills = fills["feed_seq"][fills["user"] == fills.code("user", "news")]
    assert set(own["feed_seq"].tolist()) == {1, session.head, *of_fills.tolist()}
    assert own["peak_equity"][-1] == told(account)["peak_equity"]


def test_positions_are_those_of_the_accounts(traded: Path) -> None:
    """Quantity, cost, mark, profits and fees of what each user holds."""
    session = open_session(traded, FEED_SESSION)
    table = session.positions()
    rows = {
        (user, symbol): {name: int(table[name][row]) for name in table}
        for row, (user, symbol) in enumerate(
            zip(table.decoded("user"), table.decoded("symbol"), strict=True)
        )
    }
    expected: dict[tuple[str, str], dict[str, Any]] = {}
    for user, account in accounts_at(traded, session.head).items():
        for reply in position_replies(account.key, account.state):
            expected[user, reply.symbol] = msgspec.to_builtins(reply)

    assert rows.keys() == expected.keys()
    for key, position in expected.items():
        average = position["average_price"]
        assert rows[key]["average_price"] == (MISSING if average is None else parse_fixed(average))
        for name in ("quantity", "mark", "realized_pnl", "unrealized_pnl", "fees"):
            assert rows[key][name] == parse_fixed(position[name]), (key, name)
