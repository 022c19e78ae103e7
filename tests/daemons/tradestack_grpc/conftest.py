"""A gateway, an order manager, and the gRPC edge in front of both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.kit.gateway import Gateway
from tests.kit.grpc_edge import GrpcEdge
from tests.kit.order_manager import OrderManager

WALK: dict[str, Any] = {
    "source": "random-walk",
    "walk_seed": 7,
    "walk_symbols": 20,
    "walk_news_every": 50,
}


@dataclass
class Stack:
    """The three daemons."""

    gateway: Gateway
    order_manager: OrderManager
    edge: GrpcEdge


@contextmanager
def stack_in(directory: Path) -> Iterator[Stack]:
    """Make the three daemons; none of them runs."""
    for name in ("gateway", "order_manager", "edge"):
        (directory / name).mkdir()
    with (
        Gateway(directory / "gateway") as gateway,
        OrderManager(directory / "order_manager") as order_manager,
        GrpcEdge(directory / "edge", gateway, order_manager) as edge,
    ):
        gateway.configure(**WALK, pace="20000/s")
        yield Stack(gateway, order_manager, edge)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Return all three for one test; nothing runs."""
    with stack_in(tmp_path) as made:
        yield made
