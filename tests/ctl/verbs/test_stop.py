"""stop: which units one command must name."""

import pytest

from tradestack.ctl.verbs.stop import units_of
from tradestack.domain.faults import OperatorFault


def test_a_server_is_stopped_with_its_sockets() -> None:
    """In one command, or the next connection starts it again."""
    assert units_of("order-manager") == (
        "tradestack-order-manager.service",
        "tradestack-order-manager.socket",
        "tradestack-order-manager-control.socket",
    )


def test_a_strategy_is_its_service() -> None:
    """Its control socket goes with it."""
    assert units_of("news") == ("tradestack-strategy@news.service",)


def test_all_is_the_target() -> None:
    """Every unit is part of it."""
    assert units_of("all") == ("tradestack.target",)


def test_what_is_no_name_is_refused() -> None:
    """Nothing that systemctl would take for something else reaches it."""
    with pytest.raises(OperatorFault, match="is not a name"):
        units_of("--now")
