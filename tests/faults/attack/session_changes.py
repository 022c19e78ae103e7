"""New feed sessions and new order sessions under load."""

import contextlib
from typing import Any

from tests.faults.attack.attendance import attendance
from tests.faults.repetition import Repetition
from tests.faults.stack import GATEWAY, ORDER_MANAGER
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError

NOT_AVAILABLE = "io.tradestack.OrderManager.NotAvailable"


class SessionChanges:
    """Begins sessions by command, and notes who followed an ended feed session to its end."""

    def __init__(self, repetition: Repetition) -> None:
        self._stack = repetition.stack
        self._gathering = repetition.gathering

    async def new_feed_session(self) -> None:
        """End the feed session, begin another, and wait for the strategies that are there."""

        async def begin_next() -> None:
            await self._stack.call(GATEWAY, "io.tradestack.Gateway.NewSession")

        with contextlib.suppress(ControlFault):
            ended = (await self._stack.stats_of(GATEWAY))["session"]
            users = await attendance(ended, self._stats_of, self._pids, begin_next)
            if users:
                self._gathering.attended[ended] = users

    async def new_order_session(self) -> None:
        """End the order session and begin another, if nothing is against it.

        After a power cut the order manager may have met messages that the gateway has to publish
        again.
        """
        try:
            with contextlib.suppress(ControlFault):
                await self._stack.call(ORDER_MANAGER, "io.tradestack.OrderManager.NewSession")
        except VarlinkError as refusal:
            if refusal.name != NOT_AVAILABLE:
                raise

    async def _stats_of(self, name: str) -> dict[str, Any] | None:
        with contextlib.suppress(ControlFault):
            return await self._stack.stats_of(f"strategy-{name}")
        return None

    def _pids(self) -> dict[str, int]:
        """Return the processes that must not change meanwhile; the gateway may."""
        return {name: pid for name, pid in self._stack.pids().items() if name != GATEWAY}
