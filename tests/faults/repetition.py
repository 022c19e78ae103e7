"""A run of the stack under an attack, from new sources to the end of the last feed session.

    new sources ─► up ─► clients ─► attack ─► all played, ordered, reported, received
                ─► evidence ─► a new order session ─► stop

A feed session begins because the files of the sources have a new modification time, or because the
attack asks for it. The run is over when every order has its report and every subscriber is at the
end of the newest one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from tests.faults.clients.clients import Clients
from tests.faults.clients.subscriber import Subscriber
from tests.faults.compare.evidence import Evidence
from tests.faults.compare.gathering import Gathering
from tests.faults.compare.refolding import with_accounts
from tests.faults.launch import STRATEGIES, Sources, write_options
from tests.faults.stack import RunFailed, RunningStack
from tradestack.ctl.up.display.progress import SOURCE_ENDED, StackStats
from tradestack.net.control.client import ControlFault

END_DEADLINE_S = 600.0  # of a whole repetition: a lost order would be awaited forever
POLL_S = 0.2

Attack = Callable[["Repetition"], Awaitable[None]]


class Repetition:
    """One run in `directory`, which may hold files of earlier ones.

    log: where the stack's log lines go; within: a command that runs `up`.
    """

    def __init__(
        self,
        directory: Path,
        sources: Sources,
        *,
        pace: str,
        log: Path | None = None,
        within: Sequence[str] = (),
    ) -> None:
        self.directory = directory
        strategies = {name: instance.user for name, instance in STRATEGIES.items()}
        self.stack = RunningStack(directory, strategies, log, within)
        self.gathering = Gathering(self.stack)
        self.result: dict[str, Any] = {}  # what `up` printed
        self._clients: Clients | None = None
        self._sources = sources
        self._pace = pace
        self._settings: Sequence[str] = ()
        self._fail_points = ""

    @property
    def subscribers(self) -> dict[str, Subscriber]:
        """The subscribers `fast` and `slow`."""
        assert self._clients is not None
        return self._clients.subscribers

    @property
    def session(self) -> str:
        """The id of the feed session that the fast subscriber follows."""
        return self.subscribers["fast"].session

    async def run(
        self,
        attack: Attack,
        *,
        fail_points: str = "",
        settings: Sequence[str] = (),
        renew: bool = True,
        deadline_s: float = END_DEADLINE_S,
    ) -> Evidence:
        """Play to the end. Raises RunFailed if there is none.

        renew: play a new feed session; otherwise the last one continues.
        """
        if renew:
            self._sources.renew()
            self.gathering.skip_earlier()
        self._settings, self._fail_points = settings, fail_points
        try:
            async with asyncio.timeout(deadline_s):
                await self.stack.start(self.options(settings), fail_points=fail_points)
                self._clients = Clients(self.stack, prefix=self.gathering.order_session)
                while not self.session:
                    await asyncio.sleep(POLL_S)
                await attack(self)
                await self._play_to_the_end(self._clients)
                evidence = await self.gathering.gather(self._clients)
            self.result = await self.stack.stop()
        except TimeoutError:
            raise RunFailed(await self._where_it_stands()) from None
        finally:
            if self._clients is not None:
                self._clients.close()
            await self.stack.kill()
        return with_accounts(evidence, self.directory)

    async def restart(self) -> None:
        """Start the stack again after a power cut, at other ports. Raises RunFailed."""
        options = self.options(self._settings)
        await self.stack.start(options, fail_points=self._fail_points)
        assert self._clients is not None
        self._clients.reconnect()

    def options(self, settings: Sequence[str] = ()) -> list[str]:
        """Write the files that `up` needs; return its options. settings: more for --set."""
        self.directory.mkdir(parents=True, exist_ok=True)
        return write_options(self.directory, self._sources, self._pace, settings)

    async def _play_to_the_end(self, clients: Clients) -> None:
        while (stats := await self._stats()) is None or not _is_over(stats):
            await asyncio.sleep(POLL_S)
        await clients.finish(stats.gateway["session"])
        await self.stack.set_pace(self._pace)  # a pace set by the attack would be that of the next

    async def _stats(self) -> StackStats | None:
        if self.stack.has_ended:
            raise self.stack.failed("ended")
        return await self.stack.stats()

    async def _where_it_stands(self) -> str:
        words = ["the session did not end:"]
        for name, subscriber in self.subscribers.items():
            words.append(f"subscriber {name}: at {subscriber.head}, ended {subscriber.has_ended}")
        if self._clients is not None:
            words.append(str(self._clients.probe))
        for daemon in self.stack.daemons:
            try:
                words.append(f"{daemon}: {await self.stack.stats_of(daemon)}")
            except ControlFault as fault:
                words.append(str(fault))
        return "\n".join([*words, *self.stack.lines[-20:]])


def _is_over(stats: StackStats) -> bool:
    """Tell whether the strategies are at the end of the newest feed session, with all reports."""
    return stats.gateway["source_state"] == SOURCE_ENDED and all(
        strategy["session"] == stats.gateway["session"]
        and strategy["sequence_processed"] >= stats.gateway["head"]
        and strategy["orders_pending"] == strategy["orders_working"] == 0
        for strategy in stats.strategies.values()
    )


async def no_attack(_: Repetition) -> None:
    """Leave the session undisturbed."""
