"""Random SIGKILLs while ticks and orders flow, derived from a seed.

The seed decides victims and waits. What a daemon is doing at that moment depends on the speed of
the machine, so each kill is noted with the progress of the stack when it came.
"""

import asyncio
import contextlib
import random
import signal
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.stack import GATEWAY, ORDER_MANAGER, RunningStack
from tradestack.wire.feed import TICK_PACKET_LENGTH

WAIT_MEAN_S = 0.4
WAIT_MAX_S = 2.0
# One in QUICK_ONE_IN kills follows soon after the one before, to hit the recovery. Before the
# others ticks and orders flow again: there are new messages, and few orders behind them in flight.
QUICK_ONE_IN = 4
QUICK_MAX_S = 0.5
FLOWING_ORDERS_MAX = 100
RECOVERY_MAX_S = 5.0
POLL_S = 0.02
# An order is in flight for a millisecond; a kill waits this long for one.
IN_FLIGHT_WAIT_MAX_S = 0.2
IN_FLIGHT_POLL_S = 0.0005

_ORDER_RECORD = b' {"Record":"Order",'


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """A kill that hit a running daemon.

    head: messages published by then. in_flight: orders due by then that were not journalled.
    """

    after_s: float
    victim: str
    head: int
    in_flight: int

    def __str__(self) -> str:
        return f"{self.after_s:.3f}s {self.victim} @{self.head} ({self.in_flight} in flight)"


class Progress:
    """The progress of a session by its files alone. due: feed numbers that must cause an order."""

    def __init__(self, directory: Path, session: str, due: Sequence[int], messages: int) -> None:
        self._feed = directory / "state" / GATEWAY / f"{session}.feed"
        self._journals = directory / "state" / ORDER_MANAGER
        self._session = session.encode()
        self._due = due
        self._messages = messages
        self._offset = 0
        self._rest = b""
        self._journalled = 0

    @property
    def head(self) -> int:
        """The number of messages published."""
        return self._feed.stat().st_size // TICK_PACKET_LENGTH

    def in_flight(self) -> int:
        """Return the number of orders that are due by now and not in the journal."""
        head = self.head
        newest = max(self._journals.glob("*.journal"), key=lambda path: path.stem)
        with newest.open("rb") as file:
            file.seek(self._offset)
            content = file.read()
        self._offset += len(content)
        *lines, self._rest = (self._rest + content).split(b"\n")
        self._journalled += sum(_ORDER_RECORD in line and self._session in line for line in lines)
        return bisect_right(self._due, head) - self._journalled

    def is_over(self) -> bool:
        """Tell whether all ticks were published."""
        return self.head >= self._messages


class Killer:
    """Kills at most `kills_max` daemons of a stack."""

    def __init__(self, stack: RunningStack, rng: random.Random, *, kills_max: int) -> None:
        self.kills: list[Kill] = []
        self._stack = stack
        self._rng = rng
        self._kills_max = kills_max

    async def run(self, progress: Progress) -> None:
        """Kill until the last tick was published or all kills have hit."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while len(self.kills) < self._kills_max:
            await self._wait(progress)
            victim = self._next_victim()
            while not progress.is_over() and victim not in self._stack.pids():
                await asyncio.sleep(POLL_S)
            in_flight = await self._await_orders(progress)
            if progress.is_over():
                return
            if self._stack.signal(victim, signal.SIGKILL):
                self.kills.append(
                    Kill(
                        after_s=loop.time() - began_s,
                        victim=victim,
                        head=progress.head,
                        in_flight=in_flight,
                    )
                )

    async def _wait(self, progress: Progress) -> None:
        if self._rng.randrange(QUICK_ONE_IN) == 0:
            await asyncio.sleep(self._rng.random() * QUICK_MAX_S)
            return
        wait_s = min(self._rng.expovariate(1 / WAIT_MEAN_S), WAIT_MAX_S)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RECOVERY_MAX_S):
                head = progress.head
                while progress.head == head or progress.in_flight() > FLOWING_ORDERS_MAX:
                    await asyncio.sleep(POLL_S)
        await asyncio.sleep(wait_s)

    async def _await_orders(self, progress: Progress) -> int:
        deadline_s = asyncio.get_running_loop().time() + IN_FLIGHT_WAIT_MAX_S
        while not (in_flight := progress.in_flight()):
            if asyncio.get_running_loop().time() > deadline_s:
                break
            await asyncio.sleep(IN_FLIGHT_POLL_S)
        return in_flight

    def _next_victim(self) -> str:
        """Choose a daemon, each kind of daemon as often as the others."""
        kind = self._rng.randrange(3)
        if kind < 2:
            return (GATEWAY, ORDER_MANAGER)[kind]
        return f"strategy-{self._rng.choice(sorted(self._stack.strategies))}"
