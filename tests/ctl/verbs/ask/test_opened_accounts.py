"""`positions` and `pnl` of accounts that go on from an earlier feed session."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.ctl.verbs.asking import Output
from tests.ctl.verify.traded import order
from tests.daemons.tradestack_order_manager.carried import CARRY, NEXT_SESSION, register
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.verbs.ask import pnl, positions
from tradestack.wire.order_messages import Progress

MONEY = ("realized_pnl", "unrealized_pnl", "fees", "equity", "drawdown", "gross_notional")


def listed(opened_from: str | None) -> dict[str, Any]:
    """What the order manager says of an account with one position."""
    account = {"user": "news", "fills": 2, **dict.fromkeys(MONEY, "30"), "session_pnl": "-10"}
    position = {
        "user": "news",
        "symbol": "SPY",
        "quantity": "10",
        "average_price": "100",
        "mark": "103",
        "realized_pnl": "0",
        "unrealized_pnl": "30",
        "fees": "0",
        "opened_quantity": "4" if opened_from else "0",
    }
    accounts = [{**account, "opened_from": opened_from}]
    return {"accounts": accounts, "positions": [position], "total": 1, "unavailable": []}


@pytest.mark.parametrize(
    ("verb", "module", "heading", "value"),
    [("pnl", pnl, "SESSION", "-10.00"), ("positions", positions, "OPENED", "4")],
)
@pytest.mark.parametrize("opened_from", [None, "3DAA100000"])
def test_a_column_tells_what_was_there_before(
    monkeypatch: pytest.MonkeyPatch,
    capsys: Output,
    verb: str,
    module: ModuleType,
    heading: str,
    value: str,
    opened_from: str | None,
) -> None:
    """Where an account goes on; an account that began flat needs none."""
    monkeypatch.setattr(module, "ask_accounts", lambda *_: listed(opened_from))

    assert run([verb]) == ExitStatus.DONE

    headings, row = (line.split() for line in capsys.readouterr().out.splitlines())
    assert (heading in headings) == (opened_from is not None)
    assert len(row) == len(headings)
    assert (row[-1] == value) == (opened_from is not None)


def test_an_account_that_waits_is_shown_by_the_one_before(tmp_path: Path, capsys: Output) -> None:
    """It has nothing until the account of the feed session before has met its last message."""
    with RecordedSession(tmp_path, opening=CARRY) as recorded:
        recorded.connected = {"news"}  # who may still send orders of the first session
        recorded.publish(*trades("SPY", "100"))
        recorded.send(register(FEED_SESSION))
        recorded.send(order("first", 10, feed_session=FEED_SESSION, feed_seq=1))
        recorded.publish(*trades("SPY", "100", "102", "103"))
        recorded.send(Progress(feed_session=FEED_SESSION, feed_seq=3))
        recorded.pass_time()
        recorded.begin_feed_session()
        recorded.publish(*trades("SPY", "105"))
        recorded.send(register(NEXT_SESSION))
        recorded.pass_time()
        assert recorded.account().state.is_awaiting
        shown = {}
        for verb in ("positions", "pnl"):
            assert run([verb, "--json", "--state-dir", str(tmp_path)]) == ExitStatus.DONE
            shown[verb] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    (position,), (account,) = shown["positions"], shown["pnl"]
    assert (position["symbol"], position["quantity"], position["mark"]) == ("SPY", "10", "103")
    assert position["feed_session"] == account["feed_session"] == FEED_SESSION
    assert account["unrealized_pnl"] == "30"
