"""The verbs trading and limits, with a real order manager."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.daemons.tradestack_order_manager.test_reload import reload
from tests.daemons.tradestack_order_manager.trading_day import Trader, TradingOrderManager
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.net.control.refusals import refusal_text
from tradestack.wire.varlink import VarlinkError


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


def test_limits_that_nothing_uses_up_are_shown_as_such(
    daemon: TradingOrderManager, capsys: Output
) -> None:
    """After the others; a long list of symbols is cut in the table, and is whole in JSON."""
    symbols = [f"SYMBOL{number}" for number in range(10, 30)]
    each_user = {"max_order_qty": "50", "restricted_symbols": symbols}
    reload(daemon, risk={"each_user": each_user})

    ctl(daemon, "limits")
    rows = [row.split() for row in capsys.readouterr().out.splitlines()]
    assert ["max_order_qty", "each", "user", "per", "order", "50", "-", "-"] in rows
    cut = "restricted_symbols each user per order SYMBOL10, SYMBOL11, SYMBOL12, … - -"
    assert cut.split() in rows

    ctl(daemon, "limits", "--user", "news", "--json")
    limits = json.loads(capsys.readouterr().out)
    assert {each["key"] for each in limits["limits"]} == {"active_order_limit"}
    (restricted,) = [each for each in limits["per_order"] if each["key"] == "restricted_symbols"]
    assert restricted == {
        "key": "restricted_symbols",
        "scope": "user news",
        "limit": ", ".join(symbols),
    }


def test_limits_are_shown_before_anybody_has_traded(tmp_path: Path, capsys: Output) -> None:
    """Those of each user, as shipped."""
    with TradingOrderManager(tmp_path) as manager:
        (tmp_path / "order-manager.sock").symlink_to(manager.control)
        manager.start()
        ctl(manager, "limits")

    rows = [row.split() for row in capsys.readouterr().out.splitlines()]
    assert ["active_order_limit", "each", "user", "0", "10000", "10000", "0"] in rows


def test_a_trading_state_is_set_and_shown(daemon: TradingOrderManager, capsys: Output) -> None:
    """With who did it, and why."""
    assert ctl(daemon, "trading", "halted", "--user", "news", "--reason", "lunch") == 0
    said = capsys.readouterr().out
    ctl(daemon, "limits")
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("HALTED user news since 20")
    assert shown[0].endswith(": lunch")
    assert said == f"{shown[0]}\n"
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
    error = capsys.readouterr().err
    assert "refused: all users stay HALTED while the halt file exists" in error
    assert f"delete {daemon.halt_file}" in error


STOP = "trading", "halted", "--reason", "r"
CANCEL = "cancel-orders", "--reason", "r"


@pytest.mark.parametrize(
    "verb", [STOP, CANCEL, ("positions",), ("pnl",), ("limits",)], ids=lambda verb: verb[0]
)
def test_a_user_who_does_not_exist_is_refused(
    daemon: TradingOrderManager, capsys: Output, verb: tuple[str, ...]
) -> None:
    """By each verb that names a user: a misspelt brake must not look like one that was pulled."""
    assert ctl(daemon, *verb, "--user", "nwes") == ExitStatus.REFUSED
    error = capsys.readouterr().err
    assert "there is no user 'nwes' who may trade; the users are: news, other" in error
    assert daemon.call("GetLimits")["states"] == []


def test_a_user_is_found_in_any_spelling(daemon: TradingOrderManager, capsys: Output) -> None:
    """As in a login."""
    assert ctl(daemon, *CANCEL, "--user", "NEWS") == 0
    assert capsys.readouterr().out == "orders canceled: 1; of all users, still working: 0\n"
    assert ctl(daemon, *STOP, "--user", "NEWS ") == 0
    assert capsys.readouterr().out.startswith("HALTED user news since 20")
    ctl(daemon, "positions", "--user", "News", "--json")
    (state,) = daemon.call("GetLimits", {"user": "neWS"})["states"]
    assert (state["user"], state["state"]) == ("news", "HALTED")


def test_a_change_for_all_users_leaves_those_of_single_users_unsaid(
    daemon: TradingOrderManager, capsys: Output
) -> None:
    """What is printed for a user has both states: the stricter one holds."""
    ctl(daemon, *STOP, "--user", "other")
    ctl(daemon, *STOP)
    capsys.readouterr()
    assert ctl(daemon, "trading", "active", "--user", "other", "--reason", "r") == 0
    of_all, of_user = capsys.readouterr().out.splitlines()
    assert of_all.startswith("HALTED all users since 20")
    assert of_user.startswith("ACTIVE user other since 20")


def test_a_reason_is_one_line_that_a_terminal_shows_as_it_is(
    daemon: TradingOrderManager, capsys: Output
) -> None:
    """Neither the verb nor the order manager takes another one."""
    for reason in ("", " ", "x\nHALTED user fake since never: forged", "\x1b[2J", "r" * 201):
        with pytest.raises(SystemExit, match="2"):
            ctl(daemon, "trading", "halted", "--reason", reason)
        assert "1 to 200 printable characters on one line" in capsys.readouterr().err
        for method in ("SetTradingState", "CancelOrders"):
            change = {"reason": reason, "user": "news"}
            change |= {"state": "HALTED"} if method == "SetTradingState" else {}
            with pytest.raises(VarlinkError) as refused:
                daemon.call(method, change)
            assert "reason: it must be 1 to 200" in refusal_text(refused.value)
    assert daemon.call("GetLimits")["states"] == []
