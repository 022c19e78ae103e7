"""An order manager in memory, and clients of it."""

from typing import Any

import msgspec

from tests.kit.net import Net
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import (
    Order,
    OrdType,
    Side,
    TimeInForce,
)
from tradestack.net.addresses import Address
from tradestack.net.client.backoff import Backoff
from tradestack.net.client.order_client import OrderClient


def an_order(cl_ord_id: str, **fields: object) -> Order:
    """A market order for 10 SPY."""
    order = Order(
        cl_ord_id=cl_ord_id,
        symbol="SPY",
        side=Side.BUY,
        quantity=10 * SCALE,
        ord_type=OrdType.MARKET,
        time_in_force=TimeInForce.IOC,
    )
    return msgspec.structs.replace(order, **fields)


def client_of(net: Net, address: Address, **options: Any) -> OrderClient:
    """An OrderClient that reconnects at once."""
    return OrderClient(
        address,
        options.pop("credentials", net.credentials),
        clock=net.system_clock,
        backoff=Backoff(first_ns=1, max_ns=1_000_000),
        **options,
    )
