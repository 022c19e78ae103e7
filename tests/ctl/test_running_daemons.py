"""The daemons that have a control socket in a runtime directory."""

import argparse
import os
import sys
from pathlib import Path

import pytest

from tests.kit.stack import Stack
from tradestack.ctl.running_daemons import RunningDaemons
from tradestack.net.control.client import ControlClient, ControlFault


def test_sockets_are_found_by_the_names_of_daemons() -> None:
    """Any name but gateway and order-manager is that of a strategy instance."""
    daemons = RunningDaemons(Path("/run/tradestack"))

    assert daemons.socket_of("gateway").name == "gateway.sock"
    assert daemons.socket_of("order-manager").name == "order-manager.sock"
    assert daemons.socket_of("news").name == "strategy-news.sock"
    assert daemons.socket_of("strategy-news").name == "strategy-news.sock"


@pytest.mark.parametrize(
    ("user", "existing", "found"),
    [
        ("owner of the programs", ("system", "users"), "users"),
        ("another", ("system", "users"), "system"),
        ("another", ("users",), "users"),
        ("owner of the programs", ("system",), "system"),
        ("root", ("system", "users"), "system"),
    ],
)
def test_a_command_asks_the_stack_of_its_own_installation(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    user: str,
    existing: tuple[str, ...],
    found: str,
) -> None:
    """~/.local/bin/tradestackctl finds the user's daemons also where the system's run."""
    owner = os.getuid() or 1000
    os.chown(tmp_path, owner, -1)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    uid = {"owner of the programs": owner, "another": owner + 1, "root": 0}[user]
    monkeypatch.setattr(os, "getuid", lambda: uid)
    directories = {"system": tmp_path / "system", "users": tmp_path / str(uid) / "tradestack"}
    for name in existing:
        directories[name].mkdir(parents=True)
    monkeypatch.setattr("tradestack.ctl.running_daemons.RUNTIME_DIRECTORY", directories["system"])
    monkeypatch.setattr("tradestack.ctl.running_daemons.USERS_DIRECTORY", tmp_path)

    running = RunningDaemons.of(argparse.Namespace())
    assert running.directory == directories[found]
    assert running.command("limits") == "tradestackctl limits"


def test_a_command_is_for_the_same_daemons(tmp_path: Path) -> None:
    """What is printed to be typed names the directory that was asked."""
    running = RunningDaemons(tmp_path / "of mine")

    assert running.command("limits") == f"tradestackctl limits --runtime-dir '{tmp_path}/of mine'"


def test_a_control_client_connects_again_after_close(stack: Stack) -> None:
    """A closed client connects again at its next call; one without a daemon fails."""
    with ControlClient(stack.daemons.socket_of("gateway")) as client:
        stats = client.call("io.tradestack.Daemon.GetStats")["stats"]
        client.close()

        assert client.call("io.tradestack.Daemon.GetStats")["stats"]["pid"] == stats["pid"]
    with pytest.raises(ControlFault, match="not running"):
        ControlClient(Path("/nonexistent/gateway.sock")).call("io.tradestack.Daemon.GetStats")
