"""start, stop, restart: the units that one systemctl command has to name."""

import pytest

from tradestack.ctl.verbs.host.units import services_of, units_of
from tradestack.domain.faults import OperatorFault


def test_a_server_is_stopped_with_its_sockets() -> None:
    """Otherwise the next connection would start the service again."""
    assert units_of("order-manager") == (
        "tradestack-order-manager.service",
        "tradestack-order-manager.socket",
        "tradestack-order-manager-control.socket",
    )


def test_a_strategy_is_stopped_by_its_service() -> None:
    """Its control socket is part of the service and stops with it."""
    assert units_of("news") == ("tradestack-strategy@news.service",)


def test_all_stops_the_target() -> None:
    """Every unit is part of the target."""
    assert units_of("all") == ("tradestack.target",)


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
