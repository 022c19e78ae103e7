"""The verbs trading and limits, with a real order manager."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.daemons.tradestack_order_manager.trading_day import Trader, TradingOrderManager
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[TradingOrderManager]:
    """An order manager with a limit, of which four fifths are used."""
    with TradingOrderManager(tmp_path) as manager:
        (tmp_path / "order-manager.sock").symlink_to(manager.control)
        manager.limit_users(max_position="25")
        manager.feed.trade(1_000)
        manager.start()
        Trader(manager).order(20, 50)
        yield manager


def ctl(daemon: TradingOrderManager, *arguments: str) -> int:
    """Run a verb; return its exit status."""
    return run([*arguments, "--runtime-dir", str(daemon.directory)])


def test_limits_are_shown_with_what_is_used_of_them(
    daemon: TradingOrderManager, capsys: Output
) -> None:
    """As a table and as JSON, of one user and of all."""
    assert ctl(daemon, "limits") == ExitStatus.DONE
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split() == ["LIMIT", "SCOPE", "USED", "OF", "LEFT", "PERCENT"]
    assert ["max_position", "user", "news", "20", "25", "5", "80"] in [row.split() for row in rows]

    ctl(daemon, "limits", "--user", "other", "--json")
    limits = json.loads(capsys.readouterr().out)["limits"]
    (limit,) = [limit for limit in limits if limit["key"] == "max_position"]
    assert (limit["scope"], limit["used"], limit["left"]) == ("user other", "0", "25")


def test_a_trading_state_is_set_and_shown(daemon: TradingOrderManager, capsys: Output) -> None:
    """With who did it, and why."""
    assert ctl(daemon, "trading", "halted", "--user", "news", "--reason", "lunch") == 0
    ctl(daemon, "limits")
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("HALTED user news since 20")
    assert shown[0].endswith(": lunch")
    (state,) = daemon.call("GetLimits")["states"]
    assert state["uid"] == os.getuid()

    assert ctl(daemon, "trading", "active", "--user", "news", "--reason", "back") == 0
    assert daemon.stats()["trading"]["users_halted"] == 0


def test_what_makes_no_sense_is_refused(daemon: TradingOrderManager, capsys: Output) -> None:
    """By the verb, or by the order manager."""
    with pytest.raises(SystemExit, match="2"):
        ctl(daemon, "trading", "active", "--cancel", "--reason", "r")
    daemon.halt_file.touch()
    assert ctl(daemon, "trading", "active", "--reason", "r") == ExitStatus.REFUSED
    assert f"refused: HaltFileExists: {daemon.halt_file}" in capsys.readouterr().err
