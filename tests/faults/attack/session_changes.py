"""New feed sessions and new order sessions under load."""

import asyncio
import contextlib

from tests.faults.launch import STRATEGIES
from tests.faults.repetition import Repetition
from tests.faults.stack import GATEWAY, ORDER_MANAGER
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError

FOLLOW_MAX_S = 10.0
POLL_S = 0.02
LIVE = "live"
NOT_AVAILABLE = "io.tradestack.OrderManager.NotAvailable"


class SessionChanges:
    """Begins sessions by command, and notes who followed an ended feed session to its end."""

    def __init__(self, repetition: Repetition) -> None:
        self._stack = repetition.stack
        self._gathering = repetition.gathering

    async def new_feed_session(self) -> None:
        """End the feed session, begin another, and wait for the strategies that are there.

        A strategy that is live and stays so gets all of the old session, and its orders reports.
        """
        before = self._pids()
        live = {name for name in STRATEGIES if await self._state(name) == LIVE}
        with contextlib.suppress(ControlFault):
            ended = (await self._stack.stats_of(GATEWAY))["session"]
            await self._stack.call(GATEWAY, "io.tradestack.Gateway.NewSession")
            followers = await self._followers(live, ended)
            if self._pids() == before:
                users = {STRATEGIES[name].user for name in followers}
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

    async def _followers(self, names: set[str], ended: str) -> set[str]:
        """Wait until the strategies follow another session; return those that do."""
        followers: set[str] = set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FOLLOW_MAX_S):
                while followers != names:
                    for name in names - followers:
                        if await self._has_left(name, ended):
                            followers.add(name)
                    await asyncio.sleep(POLL_S)
        return followers

    async def _has_left(self, name: str, ended: str) -> bool:
        """Tell whether the strategy is in another session and no order of the old one is left."""
        with contextlib.suppress(ControlFault):
            stats = await self._stack.stats_of(f"strategy-{name}")
            return bool(stats["session"] != ended and stats["orders_pending"] == 0)
        return False

    async def _state(self, name: str) -> str | None:
        with contextlib.suppress(ControlFault):
            state: str = (await self._stack.stats_of(f"strategy-{name}"))["state"]
            return state
        return None

    def _pids(self) -> dict[str, int]:
        """Return the processes that must not change meanwhile; the gateway may."""
        return {name: pid for name, pid in self._stack.pids().items() if name != GATEWAY}
