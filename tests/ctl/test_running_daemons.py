"""The daemons that have a control socket in a runtime directory."""

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


def test_a_control_client_connects_again_after_close(stack: Stack) -> None:
    """A closed client connects again at its next call; one without a daemon fails."""
    with ControlClient(stack.daemons.socket_of("gateway")) as client:
        stats = client.call("io.tradestack.Daemon.GetStats")["stats"]
        client.close()

        assert client.call("io.tradestack.Daemon.GetStats")["stats"]["pid"] == stats["pid"]
    with pytest.raises(ControlFault, match="not running"):
        ControlClient(Path("/nonexistent/gateway.sock")).call("io.tradestack.Daemon.GetStats")
