"""The verbs positions, pnl, fills and `orders --open`, with a real order manager."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.verbs.asking import Output
from tests.daemons.tradestack_order_manager.executing import (
    enter_two,
    limit,
    market,
    record_feed,
    start_executing,
)
from tests.kit.order_manager import OrderManager
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

COLUMNS = 80


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrderManager]:
    """An order manager with the accounts of two users, found as one that runs."""
    directory = tmp_path_factory.mktemp("executing")
    with OrderManager(directory) as manager:
        (directory / "order-manager.sock").symlink_to(manager.control)
        start_executing(manager, record_feed(directory / "gateway"))
        enter_two(manager)
        other = manager.client("other")
        other.send(market("o", 1), limit("p", "700.5"))
        other.receive(3)
        yield manager


def ctl(manager: OrderManager, *words: str) -> int:
    """Run a verb that asks this order manager."""
    return run([*words, "--runtime-dir", str(manager.directory)])


def table(text: str) -> list[list[str]]:
    """Split a table into cells."""
    return [line.split() for line in text.splitlines()]


def objects(text: str) -> list[dict[str, Any]]:
    """Parse one JSON object a line."""
    return [json.loads(line) for line in text.splitlines()]


def test_positions_are_shown_by_user_and_symbol(manager: OrderManager, capsys: Output) -> None:
    """Prices have the decimals that matter, money has cents."""
    assert ctl(manager, "positions") == ExitStatus.DONE

    assert table(capsys.readouterr().out) == [
        ["USER", "SYMBOL", "QUANTITY", "AVERAGE", "MARK", "REALIZED", "UNREALIZED", "FEES"],
        ["news", "SPY", "10", "101.60", "103.00", "0.00", "14.00", "0.01"],
        ["other", "SPY", "1", "101.00", "103.00", "0.00", "2.00", "0.00"],
    ]


def test_pnl_is_shown_by_user(manager: OrderManager, capsys: Output) -> None:
    """What an account has earned, and how much it has at stake."""
    assert ctl(manager, "pnl") == ExitStatus.DONE

    assert table(capsys.readouterr().out) == [
        ["USER", "FILLS", "REALIZED", "UNREALIZED", "FEES", "EQUITY", "DRAWDOWN", "GROSS"],
        ["news", "2", "0.00", "14.00", "0.01", "13.99", "0.00", "1,030.00"],
        ["other", "1", "0.00", "2.00", "0.00", "2.00", "0.00", "103.00"],
    ]


@pytest.mark.parametrize("verb", ["fills", "orders"])
def test_the_count_has_two_spellings(manager: OrderManager, capsys: Output, verb: str) -> None:
    """The short and the long one are the same at each verb."""
    for flag in ("-n", "--count"):
        assert ctl(manager, verb, flag, "1") == ExitStatus.DONE
        assert len(capsys.readouterr().out.splitlines()) == 2


def test_fills_are_shown_with_their_trades(manager: OrderManager, capsys: Output) -> None:
    """The newest ones, the oldest of them first."""
    assert ctl(manager, "fills", "--count", "2") == ExitStatus.DONE

    assert table(capsys.readouterr().out) == [
        ["ORDER", "TIME", "SIDE", "QTY", "SYMBOL", "PRICE", "FEE", "USER", "SEQ"],
        ["1", "1970-01-01T00:00:03.000Z", "BUY", "3", "SPY", "103.00", "0.003", "news", "3"],
        ["3", "1970-01-01T00:00:02.000Z", "BUY", "1", "SPY", "101.00", "0.001", "other", "2"],
    ]


def test_working_orders_are_shown(manager: OrderManager, capsys: Output) -> None:
    """Filled ones are not, and how many were left out is said."""
    assert ctl(manager, "orders", "--open") == ExitStatus.DONE
    whole = capsys.readouterr().out
    assert ctl(manager, "orders", "--open", "-n", "1") == ExitStatus.DONE
    cut = capsys.readouterr().out

    assert table(whole) == [
        ["ORDER", "SIDE", "QUANTITY", "FILLED", "SYMBOL", "PRICE", "VALID", "USER", "STATE"],
        ["2", "SELL", "5", "0", "SPY", "500.00", "DAY", "news", "working"],
        ["4", "SELL", "5", "0", "SPY", "700.50", "DAY", "other", "working"],
    ]
    assert [line[0] for line in table(cut)] == ["ORDER", "4", "…"]
    assert cut.endswith("… and 1 older; -n COUNT prints more, up to 1,000\n")


def test_the_status_says_fills_and_working_orders(manager: OrderManager, capsys: Output) -> None:
    """Beside the orders that were received; the gateway does not run here."""
    assert ctl(manager, "status") == ExitStatus.NOT_RUNNING

    lines = capsys.readouterr().out.splitlines()
    assert lines[2].endswith("  4 orders, 4 accepted, 0 rejected, 3 fills, 2 working")


@pytest.mark.parametrize("verb", ["positions", "pnl"])
def test_one_user_may_be_asked_for(manager: OrderManager, capsys: Output, verb: str) -> None:
    """A name that nobody has is refused: an empty table would look like an empty account."""
    ctl(manager, verb, "--user", "other")
    assert [line[0] for line in table(capsys.readouterr().out)] == ["USER", "other"]

    assert ctl(manager, verb, "--user", "nobody") == ExitStatus.REFUSED
    assert "there is no user 'nobody'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "method", "name"),
    [
        (["positions"], "ListPositions", "positions"),
        (["pnl"], "ListAccounts", "accounts"),
        (["fills"], "ListFills", "fills"),
        (["orders", "--open"], "ListOpenOrders", "orders"),
    ],
)
def test_json_is_what_the_order_manager_says(
    manager: OrderManager, capsys: Output, words: list[str], method: str, name: str
) -> None:
    """One object a line, each number exact; the table beside it fits a terminal."""
    ctl(manager, *words, "--json")
    listed = objects(capsys.readouterr().out)
    ctl(manager, *words)
    lines = capsys.readouterr().out.splitlines()

    assert listed == manager.call(method)[name]
    assert len(listed) >= 2
    assert all(len(line) <= COLUMNS for line in lines)


@pytest.mark.parametrize("verb", ["positions", "pnl", "fills", "orders"])
def test_the_help_fits_a_terminal(capsys: Output, monkeypatch: Any, verb: str) -> None:
    """Its text is read at 80 columns, too."""
    monkeypatch.setenv("COLUMNS", str(COLUMNS))
    with pytest.raises(SystemExit):
        run([verb, "--help"])

    assert all(len(line) <= COLUMNS for line in capsys.readouterr().out.splitlines())


def test_an_account_that_cannot_be_read_is_named(tmp_path: Path, capsys: Output) -> None:
    """With the reason, and as a failure: what is shown is not all."""
    feed = record_feed(tmp_path / "gateway")
    with OrderManager(tmp_path) as manager:
        (tmp_path / "order-manager.sock").symlink_to(manager.control)
        start_executing(manager, feed)
        enter_two(manager)
        manager.kill()
        feed.log.unlink()
        manager.start()

        status = ctl(manager, "pnl")

    assert status == ExitStatus.REFUSED
    assert capsys.readouterr().err == (
        "tradestackctl: the account of news in feed session 3DAA200000 cannot be read: "
        "there is no feed log of session 3DAA200000\n"
    )
