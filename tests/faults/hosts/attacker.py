"""Does to the hosts what a schedule wants, while ticks and orders flow; heals them each time."""

import asyncio
import contextlib
import shutil
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from tests.faults.attack.attendance import attendance
from tests.faults.disk import Disk
from tests.faults.hosts.layout import CHAIN, FAR_END, ORDER_MANAGERS
from tests.faults.hosts.network import Network
from tests.faults.hosts.schedule import Event, Kind
from tests.faults.hosts.stack import TAKE_OVER, HostsStack, signal_all
from tests.faults.hosts.unit import Unit
from tests.faults.launch import STRATEGIES
from tests.faults.stack import RunFailed
from tradestack.ctl.up.display.progress import SOURCE_ENDED
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError

POLL_S = 0.05
FLOW_MAX_S = 60.0
NEW_ORDER_SESSION = "io.tradestack.OrderManager.NewSession"
NEW_FEED_SESSION = "io.tradestack.Gateway.NewSession"
FIRST_GATEWAY = f"gateway@{CHAIN[0]}"
FOLLOW_MAX_S = 30.0  # through a chain of relays


class Attacker:
    """Plays events until none is left or the source has ended; the rest stays in the deque."""

    def __init__(
        self,
        stack: HostsStack,
        network: Network,
        disks: Mapping[str, Disk],
        *,
        tell: Callable[[str], None],
    ) -> None:
        """disks: by host. tell: called with each event."""
        self.done: list[str] = []  # events, with the time at which they came
        # By feed session, the users who followed it to its end, and the next one then.
        self.attended: dict[str, set[str]] = {}
        self._stack = stack
        self._network = network
        self._disks = disks
        self._tell = tell
        self._act: Mapping[Kind, Callable[[Event], Awaitable[None]]] = {
            Kind.KILL: self._kill,
            Kind.STOP: self._stop,
            Kind.CUT: self._cut,
            Kind.LOSE_HOST: self._lose_host,
            Kind.KILL_LEADER: self._kill_leader,
            Kind.KILL_PRIMARY: self._kill_primary,
            Kind.STOP_PRIMARY: self._stop_primary,
            Kind.FULL_DISK: self._fill_disk,
            Kind.LOSE_STORE: self._lose_store,
            Kind.TAKEOVER: self._take_over,
            Kind.NEW_ORDER_SESSION: self._new_order_session,
            Kind.NEW_FEED_SESSION: self._new_feed_session,
        }

    async def play(self, events: "deque[Event]") -> None:
        """Play them. Raises RunFailed."""
        began_s = time.monotonic()
        while events and await self._flows():
            event = events[0]
            await asyncio.sleep(event.wait_s)
            events.popleft()
            after_s = time.monotonic() - began_s
            primary = await self._stack.primary()
            await self._act[event.kind](event)
            broken_s = time.monotonic() - began_s - after_s
            try:
                await self._stack.heal()
            except RunFailed as failure:
                raise RunFailed(f"after {event}: {failure}") from None
            healed_s = time.monotonic() - began_s - after_s - broken_s
            took_over = await self._stack.primary()
            done = f"{after_s:7.2f}s {event}; {primary} → {took_over}, healed in {healed_s:.1f}s"
            self.done.append(done)
            self._tell(done)

    async def _flows(self) -> bool:
        """Wait until the far end has got a message and the stream an order; False at the end."""
        before = await self._progress()
        try:
            async with asyncio.timeout(FLOW_MAX_S):
                while True:
                    now = await self._progress()
                    if all(new > old for new, old in zip(now, before, strict=True)):
                        return True
                    if await self._has_ended():
                        return False
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            where = await self._stack.where_it_stands()
            raise RunFailed("\n".join(["nothing flows", *where])) from None

    async def _progress(self) -> tuple[int, int]:
        """Return the newest message at the far end, and that of the stream."""
        far = await self._stack.stats_of("gateway@d") or {}
        states = [await self._stack.replication(host) for host in ORDER_MANAGERS]
        return far.get("head", 0), max(state.get("sequence", 0) for state in states)

    async def _has_ended(self) -> bool:
        stats = await self._stack.stats_of("gateway@a") or {}
        return stats.get("source_state") == SOURCE_ENDED

    async def _kill(self, event: Event) -> None:
        await self._stack.units[event.victim].kill()

    async def _kill_primary(self, _: Event) -> None:
        await (await self._primary()).kill()

    async def _kill_leader(self, _: Event) -> None:
        if leader := await self._stack.stream_leader():
            await self._stack.units[f"nats@{leader}"].kill()

    async def _stop(self, event: Event) -> None:
        await _pause(self._stack.units[event.victim], event.length_s)

    async def _stop_primary(self, event: Event) -> None:
        await _pause(await self._primary(), event.length_s)

    async def _primary(self) -> Unit:
        return self._stack.units[f"order-manager@{await self._stack.primary()}"]

    async def _cut(self, event: Event) -> None:
        self._network.pull(event.victim)
        try:
            await asyncio.sleep(event.length_s)
        finally:
            self._network.plug(event.victim)

    async def _lose_host(self, event: Event) -> None:
        signal_all(self._stack.on_host(event.victim), signal.SIGKILL)
        await self._cut(event)

    async def _fill_disk(self, event: Event) -> None:
        with self._disks[event.victim].filled():
            await asyncio.sleep(event.length_s)

    async def _lose_store(self, event: Event) -> None:
        unit = self._stack.units[f"nats@{event.victim}"]
        await unit.hold()
        shutil.rmtree(self._stack.layout.store(event.victim))
        unit.start()

    async def _take_over(self, _: Event) -> None:
        primary = await self._stack.primary()
        (standby,) = (host for host in ORDER_MANAGERS if host != primary)
        with contextlib.suppress(ControlFault, VarlinkError):
            await self._stack.call(f"order-manager@{standby}", TAKE_OVER)

    async def _new_order_session(self, _: Event) -> None:
        with contextlib.suppress(ControlFault, VarlinkError):
            primary = await self._stack.primary()
            await self._stack.call(f"order-manager@{primary}", NEW_ORDER_SESSION)

    async def _new_feed_session(self, _: Event) -> None:
        stack = self._stack
        strategies = {name: stack.units[f"strategy-{name}@{FAR_END}"] for name in STRATEGIES}

        async def begin_next() -> None:
            await stack.call(FIRST_GATEWAY, NEW_FEED_SESSION)

        stats = await stack.stats_of(FIRST_GATEWAY)
        if stats is not None and stats.get("source_state") != SOURCE_ENDED:
            self.attended[stats["session"]] = await attendance(
                stats["session"],
                lambda name: stack.stats_of(f"strategy-{name}@{FAR_END}"),
                lambda: [unit.pid for unit in strategies.values()],
                begin_next,
                follow_max_s=FOLLOW_MAX_S,
            )


async def _pause(unit: Unit, length_s: float) -> None:
    """Stop a unit's process for a while."""
    pid = unit.pid
    unit.send(signal.SIGSTOP)
    await asyncio.sleep(length_s)
    if unit.pid == pid:
        unit.send(signal.SIGCONT)
