"""`positions` and `pnl` of accounts that go on from an earlier feed session."""

from types import ModuleType
from typing import Any

import pytest

from tests.ctl.verbs.asking import Output
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.verbs.ask import pnl, positions

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
