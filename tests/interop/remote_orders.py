"""Enter orders one after the other, at a server on another host, and print their OrderIDs.

argv  address, password, ClOrdID …
"""

import asyncio
import sys

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdType, Side, TimeInForce
from tradestack.net.addresses import parse_address
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.runtime.clock import SystemClock


async def main(address: str, password: str, *cl_ord_ids: str) -> None:
    """Keep each order until its report has come."""
    me = Credentials("other", password)
    async with OrderClient(parse_address(address), me, clock=SystemClock()) as orders:
        for cl_ord_id in cl_ord_ids:
            report = await orders.enter(
                Order(
                    cl_ord_id=cl_ord_id,
                    symbol="SPY",
                    side=Side.BUY,
                    quantity=SCALE,
                    ord_type=OrdType.MARKET,
                    time_in_force=TimeInForce.IOC,
                )
            )
            print(report.order_id, flush=True)


asyncio.run(main(*sys.argv[1:]))
