"""Real daemons, and judges that are there where their library is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.judge import Kind
from tests.interop.prerequisites import need_node_package, need_package
from tests.kit.gateway import Gateway
from tests.kit.order_manager import OrderManager


@pytest.fixture(params=list(Kind), ids=lambda kind: kind.name.lower())
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each library in turn."""
    chosen: Kind = request.param
    if chosen is Kind.NASDAQ:
        need_package("nasdaq_protocols")
    else:
        need_node_package("soupbintcp")
    return chosen


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that was neither configured nor started."""
    daemon = Gateway(tmp_path)
    yield daemon
    daemon.close()


@pytest.fixture
def order_manager(tmp_path: Path) -> Iterator[OrderManager]:
    """A running order manager."""
    daemon = OrderManager(tmp_path)
    daemon.start()
    yield daemon
    daemon.close()
