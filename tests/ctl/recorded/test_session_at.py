"""The files of a feed session at a moment: boundaries, journals that are not there, damage."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.ctl.verify.traded import (
    FILLED,
    KILLED,
    PARTLY_CANCELED,
    REPLACED,
    RESTING,
    SHORT,
    WORKING,
    order,
    trade,
)
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tradestack.ctl import progress
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.recorded.moment import AtSequence
from tradestack.ctl.recorded.session_at import session_at
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.report.files.state_files import StateFiles
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.execution.model import ExecutionKind, ExecutionModel
from tradestack.trading.verification.accounts_at import AccountsAt

Output = pytest.CaptureFixture[str]
USER = "news"


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory of a session that was traded to its end."""
    directory = tmp_path_factory.mktemp("traded")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.end()
    return directory / "state"


def accounts(state: Path, at: int | None = None, user: str | None = None) -> AccountsAt:
    """Fold the accounts in a state directory."""
    moment = None if at is None else AtSequence(at)
    with session_at(StateFiles(state), FEED_SESSION, moment) as session:
        return session.accounts(user)


def news(state: Path, at: int | None = None) -> AccountState:
    """The state of the account of news."""
    return accounts(state, at).accounts[USER].state


@pytest.mark.parametrize(
    ("at", "held", "mark", "fills", "working"),
    [
        (3, None, None, 0, {FILLED}),  # the order that message 3 caused is sent
        (4, "100", "101", 1, {FILLED}),
        (5, "150", "102", 2, set()),
        (6, "150", "102", 2, {PARTLY_CANCELED}),  # of another symbol; it caused an IOC order
        (7, "250", "103", 3, {PARTLY_CANCELED}),
        (8, "250", "103", 3, set()),
        (9, "250", "103", 3, {RESTING, REPLACED, WORKING}),
        (11, "250", "99", 3, {RESTING, REPLACED, WORKING}),
        (12, "257", "98.5", 4, {RESTING, WORKING, KILLED, SHORT}),  # one is canceled, two are sent
        (15, "260", "97", 7, {WORKING, KILLED, SHORT}),
    ],
)
def test_boundaries(
    traded: Path, at: int, held: str | None, mark: str | None, fills: int, working: set[int]
) -> None:
    """Right before, at and after messages that fill orders and that cause them."""
    state = news(traded, at)
    portfolio = state.portfolio

    assert (state.matched_through, state.fills) == (at, fills)
    assert set(state.orders) == working
    assert portfolio.position("SPY").quantity == parse_fixed(held or "0")
    assert portfolio.marks.get("SPY") == (None if mark is None else parse_fixed(mark))


def test_before_the_first_order(traded: Path) -> None:
    """The account had not begun: there was nothing to tell."""
    assert accounts(traded, 2).accounts == {}
    assert accounts(traded, 2).unavailable == {}


def test_the_end_is_behind_the_last_message(traded: Path) -> None:
    """What works has expired there, and one message before it has not."""
    end, before = news(traded, 16), news(traded, 15)

    assert end == news(traded)
    assert (end.is_ended, set(end.orders)) == (True, set())
    assert (before.is_ended, set(before.orders)) == (False, {WORKING, KILLED, SHORT})


def test_one_user(traded: Path) -> None:
    """The others are not folded."""
    assert set(accounts(traded).accounts) == {USER, "other"}
    assert set(accounts(traded, user="other").accounts) == {"other"}
    assert set(accounts(traded, user="nobody").accounts) == set()


def test_orders_and_fills_until_then(traded: Path) -> None:
    """Those of the same moment as the accounts, the newest of them if they are many."""
    with session_at(StateFiles(traded), None, AtSequence(9)) as session:
        orders, fills = session.orders(100), session.fills(100)
        newest = session.fills(1)

    assert [order.order_id for order in orders] == [1, 2, 3, 4, 5, 6]
    assert [record.report.feed_seq for record, _ in fills] == [4, 5, 7]
    assert newest == fills[-1:]


def test_orders_that_nothing_executes(tmp_path: Path) -> None:
    """They have no account, and are of the session and the message that they name."""
    with RecordedSession(tmp_path, ExecutionModel(kind=ExecutionKind.NONE)) as recorded:
        recorded.publish(*trades("SPY", "100", "101", "102"))
        for number in (3, 1):  # the second one was entered again after a restart
            name = f"of{number}"
            recorded.send(order(name, 10, feed_session=FEED_SESSION, feed_seq=number))
        recorded.send(order("other", 10, feed_session="3DAA200009", feed_seq=1))
    files = StateFiles(tmp_path / "state")

    for at, expected in ((None, [1, 2]), (AtSequence(3), [1, 2]), (AtSequence(2), [2])):
        with session_at(files, FEED_SESSION, at) as session:
            assert [each.order_id for each in session.orders(9)] == expected
            assert session.accounts(None).accounts == {}


def test_a_log_that_has_less_than_was_met(traded: Path, tmp_path: Path) -> None:
    """The account is told to be unavailable at the end, and is known at what the log has."""
    state = Path(shutil.copytree(traded, tmp_path / "copy"))
    log = state / "gateway" / f"{FEED_SESSION}.feed"
    log.write_bytes(log.read_bytes()[: 10 * 64])

    assert "the feed log ends with 10" in accounts(state).unavailable[USER]
    assert news(state, 7) == news(traded, 7)
    with session_at(StateFiles(state), None, None) as session:
        assert session.fills(1)[0][1] is None  # when its trade was


def test_a_report_that_is_not_journalled(tmp_path: Path) -> None:
    """The account goes on by the tape, to right before the message that has made it."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 100), order("second", 10, "90"))
        recorded.publish(*trades("SPY", "101", "102", "103"))
        recorded.pass_time()
        recorded.publish(*trades("SPY", "104", "105", "89", "106"))
        state = news(tmp_path / "state")
        at_end, at_fill = news(tmp_path / "state", 8), news(tmp_path / "state", 7)

    assert state.matched_through == 6
    assert (state.portfolio.marks["SPY"], state.fills) == (parse_fixed("105"), 1)
    assert at_end == at_fill == state


def test_an_account_that_begins_in_a_journal_that_is_gone(tmp_path: Path) -> None:
    """What it was before its first state that is kept, nobody knows; later it is known."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 100))
        recorded.publish(*trades("SPY", "101", "102"))
        recorded.pass_time()
        recorded.roll_over()
        recorded.send(order("second", 10))
        recorded.publish(*trades("SPY", "103"))
        recorded.pass_time()
    state = tmp_path / "state"
    whole = news(state, 3)
    recorded.journals[0].unlink()

    assert news(state, 3) == whole
    assert news(state).portfolio.position("SPY").quantity == 110 * SCALE
    early = accounts(state, 2)
    assert early.accounts == {}
    assert early.unavailable[USER].endswith("the first state of it that is here is that after "
                                            "message 3")  # fmt: skip


def test_journals_of_other_sessions(traded: Path, tmp_path: Path) -> None:
    """They are not read, so their damage is none of the session."""
    state = Path(shutil.copytree(traded, tmp_path / "copy"))
    for name in ("3DAA100000", "3DAA900000"):
        (state / "order-manager" / f"{name}.journal").write_text("damaged\n")

    assert news(state) == news(traded)
    with session_at(StateFiles(state), FEED_SESSION, None) as session:
        assert len(session.orders(100)) == 9
        assert len(session.fills(100)) == 7


def test_files_that_do_not_agree(traded: Path, tmp_path: Path) -> None:
    """They have no answer but the verb that says where."""
    state = Path(shutil.copytree(traded, tmp_path / "copy"))
    log = state / "gateway" / f"{FEED_SESSION}.feed"
    content = bytearray(log.read_bytes())
    content[3 * 64 + 55] ^= 1  # the price of message 4
    log.write_bytes(content)

    assert news(state, 3) == news(traded, 3)
    with pytest.raises(OperatorFault) as raised:
        accounts(state, 4)
    (command,) = re.findall("^see `tradestackctl (.*)`$", raised.value.remedy)
    assert run(shlex.split(command)) == ExitStatus.REFUSED  # it is found, and differs


def test_the_progress_of_a_long_fold(
    traded: Path, capfd: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shown by messages, as a percentage that only grows, and ends."""
    monkeypatch.setattr(progress, "TENTHS_FROM_BYTES", 0)

    accounts(traded)

    shown = capfd.readouterr().err.splitlines()
    percents = [int(line.removeprefix(f"feed session {FEED_SESSION}: ")[:-2]) for line in shown]
    assert percents == sorted(set(percents))
    assert percents[-1] == 100
    assert len(percents) > 3
