"""The reports of an order session that has ended, read from the first one to the end of session."""

import asyncio
from collections.abc import Sequence
from typing import Any

from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
    Report,
)
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.net.client.order_listener import OrderListener
from tradestack.wire.orders import ServerMessage


class _Reading(OrderListener):
    """Collects the reports of one order session; is_whole: whether they are all there."""

    def __init__(self, reports_max: int) -> None:
        self.reports: list[Report] = []
        self._reports_max = reports_max
        self.is_whole: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def on_message(self, message: ServerMessage) -> None:
        if not isinstance(message, ExecutionReport | OrderCancelReject | OrderMassCancelReport):
            return
        if len(self.reports) == self._reports_max:
            self._end(is_whole=False)
        else:
            self.reports.append(message)

    def on_session_ended(self, session_id: str) -> None:  # noqa: ARG002 (there is one)
        self._end(is_whole=True)

    def on_session_lost(self, session_id: str) -> None:  # noqa: ARG002 (there is one)
        self._end(is_whole=False)

    def _end(self, *, is_whole: bool) -> None:
        if not self.is_whole.done():
            self.is_whole.set_result(is_whole)


async def read_ended_session(
    addresses: Address | Sequence[Address],
    credentials: Credentials,
    session_id: str,
    *,
    reports_max: int,
    clock: Clock,
) -> list[Report] | None:
    """Return the user's reports; None if the order manager does not serve the session any more.

    None also if there are more than reports_max.

    No other client of the user may be logged in. A lost connection is resumed, for as long as that
    takes. Raises LoginRejected for wrong credentials.
    """
    reading = _Reading(reports_max)
    client = OrderClient(
        addresses, credentials, clock=clock, first_login_timeout_s=None, session_id=session_id
    )
    following = asyncio.create_task(client.run(reading), name=f"read {session_id}")
    try:
        either: set[asyncio.Future[Any]] = {following, reading.is_whole}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not reading.is_whole.done():
            following.result()
        return reading.reports if await reading.is_whole else None
    finally:
        client.disconnect()
        following.cancel()
        await asyncio.wait({following})
