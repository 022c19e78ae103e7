"""The verb clients, with real daemons."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.kit.gateway import USER, Gateway
from tests.kit.nats import NatsServers
from tests.kit.replicated import ReplicatedOrderManager
from tests.kit.stack import Stack
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run


def test_clients_lists_the_strategy_on_both_servers(stack: Stack, capsys: Output) -> None:
    """The strategy is logged in to the gateway and to the order manager."""
    for report in stack.daemons.watch():  # it may just be changing to a new session
        strategy = report.strategies["news"]
        if strategy and strategy["connected_feed"] and strategy["connected_orders"]:
            break

    stack.ctl("clients")

    _, *lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[:2] for line in lines) == [
        ["gateway", "news"],
        ["order-manager", "news"],
    ]


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Path]:
    """The runtime directory of a gateway with a client."""
    directory = tmp_path / "run"
    for each in ("gateway", "run"):
        (tmp_path / each).mkdir()
    with Gateway(tmp_path / "gateway") as gateway:
        gateway.configure(source="random-walk")
        gateway.start()
        gateway.client()
        (directory / "gateway.sock").symlink_to(gateway.control)
        yield directory


def test_clients_of_the_feed_are_listed_where_no_order_manager_runs(
    runtime: Path, capsys: Output
) -> None:
    """Then comes what is missing, as in status."""
    status = run(["clients", "--runtime-dir", str(runtime)])

    printed = capsys.readouterr()
    _, line = printed.out.splitlines()
    assert line.split()[:2] == ["gateway", USER]
    assert printed.err.startswith("tradestackctl: order-manager is not running")
    assert status == ExitStatus.NOT_RUNNING


def test_clients_of_the_feed_are_listed_where_the_order_manager_stands_by(
    runtime: Path, tmp_path: Path, capsys: Output
) -> None:
    """It refuses: its clients are those of the primary."""
    with (
        NatsServers(tmp_path) as servers,
        ReplicatedOrderManager(tmp_path / "a", servers, "standby", replicas=1) as standby,
    ):
        standby.start()
        (runtime / "order-manager.sock").symlink_to(standby.control)
        status = run(["clients", "--runtime-dir", str(runtime)])

    printed = capsys.readouterr()
    _, line = printed.out.splitlines()
    assert line.split()[:2] == ["gateway", USER]
    assert "tradestackctl: order-manager: NotAvailable: " in printed.err
    assert status == ExitStatus.NOT_RUNNING


def test_where_nobody_answers_nothing_is_listed(tmp_path: Path, capsys: Output) -> None:
    """Not even the headings."""
    assert run(["clients", "--runtime-dir", str(tmp_path)]) == ExitStatus.NOT_RUNNING
    assert capsys.readouterr().out == ""
