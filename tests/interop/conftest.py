"""Daemons, and the clients whose libraries are installed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.judge import Kind
from tests.kit.gateway import Gateway
from tests.kit.order_manager import OrderManager
from tests.kit.prerequisites import need_node_package, need_package


@pytest.fixture(params=list(Kind), ids=lambda kind: kind.name.lower())
def kind(request: pytest.FixtureRequest) -> Kind:
    """Return each client library in turn."""
    chosen: Kind = request.param
    if chosen is Kind.NASDAQ:
        need_package("nasdaq_protocols")
    else:
        need_node_package("soupbintcp")
    return chosen


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """Return a gateway that is not configured and not started."""
    daemon = Gateway(tmp_path)
    yield daemon
    daemon.close()


@pytest.fixture
def order_manager(tmp_path: Path) -> Iterator[OrderManager]:
    """Return a running order manager."""
    daemon = OrderManager(tmp_path)
    daemon.start()
    yield daemon
    daemon.close()
