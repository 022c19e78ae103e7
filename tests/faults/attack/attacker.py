"""Does to a running stack what a schedule wants, while ticks and orders flow.

An event that follows another quickly hits the recovery. Before all others there are new messages,
the trading state is what was acknowledged, few orders behind the messages are in flight, and, for
some milliseconds, at least one.
"""

import asyncio
import contextlib
from dataclasses import dataclass

from tests.faults.attack.damage import Damage
from tests.faults.attack.progress import Progress
from tests.faults.attack.schedule import Durability, Event, Hand, Kind
from tests.faults.attack.session_changes import SessionChanges
from tests.faults.attack.trading_states import TradingStates
from tests.faults.disk import Disk
from tests.faults.repetition import Repetition
from tradestack.net.control.client import ControlFault

FLOWING_ORDERS_MAX = 100
RECOVERY_MAX_S = 15.0
POLL_S = 0.02
# An order is in flight for a millisecond; an event waits this long for one.
IN_FLIGHT_WAIT_MAX_S = 0.2
IN_FLIGHT_POLL_S = 0.0005
EVENT_DEADLINE_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An event that happened.

    head: messages published by then. in_flight: orders due by then that were in no journal.
    """

    after_s: float
    event: Event
    head: int
    in_flight: int

    def __str__(self) -> str:
        return f"{self.after_s:.3f}s {self.event} @{self.head} ({self.in_flight} in flight)"


class Attacker:
    """Plays a hand of events until it is empty or all ticks are published; the rest stays in it."""

    def __init__(self, repetition: Repetition, disk: Disk | None, progress: Progress) -> None:
        self.done: list[Done] = []
        self._repetition = repetition
        self._progress = progress
        self._damage = Damage(repetition, disk)
        self._session_changes = SessionChanges(repetition)
        self._states = TradingStates(repetition)

    async def play(self, hand: Hand) -> None:
        """Play the hand, then publish the rest as fast as possible. Raises RunFailed.

        The order session is begun anew: one that began with durability "os" ends with the boot.
        """
        await self._session_changes.new_order_session()
        await self._states.begin()
        await self._play_events(hand)
        await self._states.compare_at_last()

    async def _play_events(self, hand: Hand) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while hand.events:
            event = hand.events[0]
            await self._wait(event)
            in_flight = await self._await_orders()
            if self._progress.is_over():
                return
            hand.events.popleft()
            self.done.append(
                Done(
                    after_s=loop.time() - began_s,
                    event=event,
                    head=self._progress.head,
                    in_flight=in_flight,
                )
            )
            await self._perform(event, hand.durability)
        await self._hurry()

    async def _wait(self, event: Event) -> None:
        if not event.is_quick:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RECOVERY_MAX_S):
                    head = self._progress.head
                    while (
                        self._progress.head == head
                        or self._progress.in_flight() > FLOWING_ORDERS_MAX
                    ):
                        await asyncio.sleep(POLL_S)
            await self._states.compare()
        await asyncio.sleep(event.wait_s)

    async def _await_orders(self) -> int:
        deadline_s = asyncio.get_running_loop().time() + IN_FLIGHT_WAIT_MAX_S
        while not (in_flight := self._progress.in_flight()):
            if asyncio.get_running_loop().time() > deadline_s:
                break
            await asyncio.sleep(IN_FLIGHT_POLL_S)
        return in_flight

    async def _perform(self, event: Event, durability: Durability) -> None:
        stack = self._repetition.stack
        try:
            async with asyncio.timeout(EVENT_DEADLINE_S):
                match event.kind:
                    case Kind.NEW_FEED_SESSION:
                        await self._session_changes.new_feed_session()
                    case Kind.NEW_ORDER_SESSION:
                        await self._session_changes.new_order_session()
                    case Kind.TRADING_STATE:
                        await self._states.set(event.state)
                    case _:
                        await self._damage.do(event, durability)
        except TimeoutError:
            raise stack.failed(f"did not recover from: {event}") from None
        if stack.has_ended:
            raise stack.failed(f"ended after: {event}")

    async def _hurry(self) -> None:
        while not self._repetition.stack.has_ended:
            with contextlib.suppress(ControlFault):
                await self._repetition.stack.set_pace("max")
                return
            await asyncio.sleep(POLL_S)
        raise self._repetition.stack.failed("ended")
