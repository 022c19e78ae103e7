"""start, stop, restart: the units that one systemctl command has to name."""

from pathlib import Path

import pytest

from tests.ctl.verbs.host.fake_systemd import FakeSystemd
from tradestack.ctl.main import run
from tradestack.ctl.verbs.host.units import services_of, units_of
from tradestack.domain.faults import OperatorFault

Output = pytest.CaptureFixture[str]


def test_a_server_is_stopped_with_its_sockets() -> None:
    """Otherwise the next connection would start the service again."""
    assert units_of("order-manager") == (
        "tradestack-order-manager.service",
        "tradestack-order-manager.socket",
        "tradestack-order-manager-control.socket",
    )


def test_a_strategy_is_stopped_with_its_control_socket() -> None:
    """The verb returns when that is closed, too."""
    assert units_of("news") == (
        "tradestack-strategy@news.service",
        "tradestack-strategy-control@news.socket",
    )


def test_an_invalid_name_is_refused() -> None:
    """An option of systemctl is not accepted as a name."""
    with pytest.raises(OperatorFault, match="not a valid name"):
        units_of("--now")


def test_a_restart_names_services_only() -> None:
    """Their sockets stay open, so that no connection is refused."""
    assert services_of("gateway") == ("tradestack-gateway.service",)
    assert services_of("news") == ("tradestack-strategy@news.service",)
    assert services_of("all") == ("tradestack-*.service",)


def test_the_web_server_is_stopped_with_its_three_sockets() -> None:
    """The port, the Unix socket of the page, the control socket."""
    assert units_of("web") == (
        "tradestack-web.service",
        "tradestack-web.socket",
        "tradestack-web-local.socket",
        "tradestack-web-control.socket",
    )


@pytest.mark.parametrize("name", ["exporter", "grpc"])
def test_a_daemon_without_a_port_unit_is_stopped_with_its_control_socket(name: str) -> None:
    """It binds its port itself, if it has one."""
    assert units_of(name) == (f"tradestack-{name}.service", f"tradestack-{name}-control.socket")


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSystemd:
    """A systemd in which gateway and `news` belong to the target."""
    systemd = FakeSystemd.in_place(tmp_path, monkeypatch)
    systemd.relate(
        "Wants", "tradestack.target", "tradestack-gateway.service", "tradestack-x.socket"
    )
    systemd.relate(
        "Requires", "tradestack-gateway.service", "sysinit.target", "tradestack-gateway.socket"
    )
    systemd.relate(
        "ConsistsOf", "tradestack.target", "tradestack-gateway.service", "tradestack-x.socket"
    )
    return systemd


def ctl(config: Path, *arguments: str) -> int:
    """Run the verb on the configuration; return its exit status."""
    return run([*arguments, "--config-dir", str(config)])


def test_a_stop_of_all_waits_for_each_unit(systemd: FakeSystemd, config: Path) -> None:
    """Of the target alone, systemctl would return while the daemons still run."""
    assert ctl(config, "stop", "all") == 0

    assert systemd.commands() == [
        "stop tradestack.target tradestack-gateway.service tradestack-x.socket "
        "tradestack-strategy-control@*.socket tradestack-port@*.service"
    ]


def test_a_start_of_all_is_one_of_each_unit(systemd: FakeSystemd, config: Path) -> None:
    """Of the target alone, systemctl would say nothing of a daemon that fails."""
    assert ctl(config, "start", "all") == 0

    assert systemd.commands() == [
        "start tradestack.target tradestack-gateway.service tradestack-gateway.socket "
        "tradestack-x.socket"
    ]


def test_what_did_not_start_is_named(systemd: FakeSystemd, config: Path, capsys: Output) -> None:
    """With the address of a socket, where another process may listen, and where its log is."""
    systemd.fail("start")
    systemd.relate("ActiveState", "tradestack-gateway.service", "inactive")
    systemd.relate("ActiveState", "tradestack-gateway.socket", "failed")
    systemd.relate("ActiveState", "tradestack-x.socket", "inactive")
    systemd.relate("Listen", "tradestack-gateway.socket", "127.0.0.1:8999 (Stream)")

    assert ctl(config, "start", "all") == 78

    assert capsys.readouterr().err == (
        "tradestackctl: tradestack-gateway.service, tradestack-gateway.socket (127.0.0.1:8999): "
        "not running; see journalctl -e -u tradestack-gateway.service "
        "-u tradestack-gateway.socket\n"
    )


def test_a_failure_of_a_users_installation_is_in_the_users_log(
    systemd: FakeSystemd, config: Path, capsys: Output
) -> None:
    """Not in the system's."""
    systemd.fail("stop")

    assert ctl(config, "stop", "all", "--user") == 78

    assert "see the message above, or run journalctl --user -e\n" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["start", "stop", "restart"])
def test_a_strategy_that_does_not_exist_is_refused(
    systemd: FakeSystemd, config: Path, capsys: Output, verb: str
) -> None:
    """A misspelt name must not be taken for a strategy that has stopped."""
    systemd.relate("ActiveState", "tradestack-strategy@newz.service", "inactive")

    assert ctl(config, verb, "newz") == 78

    assert "newz.toml: no such file; name one of these: news\n" in capsys.readouterr().err
    assert systemd.commands() == []


def test_a_strategy_whose_configuration_is_gone_can_be_stopped(
    systemd: FakeSystemd, config: Path
) -> None:
    """It trades until it is stopped."""
    systemd.relate("ActiveState", "tradestack-strategy@newz.service", "active")

    assert ctl(config, "stop", "newz") == 0

    assert systemd.commands() == [
        "stop tradestack-strategy@newz.service tradestack-strategy-control@newz.socket"
    ]
