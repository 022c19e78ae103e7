"""One feed session from its first message to its last, under an attack.

    new sources ─► up ─► subscribers ─► attack ─► all played, ordered, reported, received
                ─► evidence ─► a new order session ─► stop

A session begins because the files of the sources have a new modification time. The next one begins
when every order has its report and every subscriber is at the head.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.evidence import (
    Answer,
    Evidence,
    OrderLogTail,
    answers_of,
    journal_of,
    log_lines_of,
    orders_of,
    reports_of,
)
from tests.faults.stack import ORDER_MANAGER, RunFailed, RunningStack
from tests.faults.subscriber import Subscriber
from tradestack.ctl.up.progress import has_ended
from tradestack.net.control.client import ControlFault

END_DEADLINE_S = 600.0  # of a whole repetition: a lost order would be awaited for ever
POLL_S = 0.2
SLOW_DELAY_S = 0.05  # a twentieth of a second for each batch: thousands of messages behind

STRATEGIES = {"dense": ("dense", 1, 2), "wide": ("wide", 5, 20)}  # user, short_ticks, long_ticks

Attack = Callable[["Repetition"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Copies of the two source files, whose modification time can be changed."""

    prices: Path
    sentiment: Path

    @classmethod
    def copy(cls, directory: Path, prices: Path, sentiment: Path) -> "Sources":
        """Copy the files into the directory."""
        directory.mkdir(parents=True, exist_ok=True)
        copies = []
        for source in (prices, sentiment):
            copy = directory / source.name
            copy.write_bytes(source.read_bytes())
            copies.append(copy)
        return cls(prices=copies[0], sentiment=copies[1])

    def renew(self) -> None:
        """Change the modification times: the same content becomes a new feed session."""
        for path in (self.prices, self.sentiment):
            changed_ns = path.stat().st_mtime_ns + 1_000_000_000
            os.utime(path, ns=(changed_ns, changed_ns))


class Repetition:
    """One feed session in `directory`, which may hold files of earlier ones."""

    def __init__(self, directory: Path, sources: Sources, *, pace: str) -> None:
        self.directory = directory
        self.stack = RunningStack(
            directory, {name: user for name, (user, _, _) in STRATEGIES.items()}
        )
        self.subscribers: dict[str, Subscriber] = {}
        self.result: dict[str, Any] = {}  # what `up` printed
        self._sources = sources
        self._pace = pace

    @property
    def session(self) -> str:
        """The id of the feed session."""
        return self.subscribers["fast"].session

    async def run(
        self,
        attack: Attack,
        *,
        fail_points: str = "",
        settings: Sequence[str] = (),
        renew: bool = True,
    ) -> Evidence:
        """Play the session to its end. Raises RunFailed if it has none.

        renew: play a new session; otherwise the last one continues.
        """
        log = OrderLogTail(self.directory / "log" / "order_log.txt")
        if renew:
            self._sources.renew()
            log.skip()
        try:
            await self.stack.start(self.options(settings), fail_points=fail_points)
            async with asyncio.timeout(END_DEADLINE_S):
                await self._play(attack)
                evidence = await self._gather(log)
            self.result = await self.stack.stop()
        except TimeoutError:
            raise RunFailed(await self._where_it_stands()) from None
        finally:
            for subscriber in self.subscribers.values():
                subscriber.close()
            await self.stack.kill()
        return evidence

    def subscribe(self) -> None:
        """Follow the current session from its first message to its end."""
        for subscriber in self.subscribers.values():
            subscriber.close()
        credentials = self.stack.credentials("dense")
        for name, delay_s in (("fast", 0.0), ("slow", SLOW_DELAY_S)):
            self.subscribers[name] = Subscriber(self.stack.feed, credentials, delay_s=delay_s)

    async def _play(self, attack: Attack) -> None:
        self.subscribe()
        while not self.session:
            await asyncio.sleep(POLL_S)
        await attack(self)
        await self.subscribers["fast"].ended()
        self.subscribers["slow"].hurry.set()
        await self.subscribers["slow"].ended()
        while (stats := await self.stack.stats()) is None or not has_ended(stats):
            await asyncio.sleep(POLL_S)

    async def _gather(self, log: OrderLogTail) -> Evidence:
        reports: list[Answer] = []
        gaps: list[str] = []
        records = journal_of(self.directory)
        for name, (user, _, _) in STRATEGIES.items():
            stream = await self._stream_of(name)
            reports += answers_of(stream, self.session)
            due = sum(record.get("User") == user for record in records)
            if len(stream) != due:
                gaps.append(f"stream of {user}: {len(stream)} messages, the journal has {due}")
        orders, answers = orders_of(records, self.session)
        while (await self.stack.stats_of(ORDER_MANAGER))["order_log_behind"]:
            await asyncio.sleep(POLL_S)
        evidence = Evidence(
            feed=(self.directory / "state" / "gateway" / f"{self.session}.feed").read_bytes(),
            subscribers={name: one.seen for name, one in self.subscribers.items()},
            orders=orders,
            answers=answers,
            reports=reports,
            report_gaps=gaps,
            log_lines=log_lines_of(log.lines(), self.session),
        )
        await self.stack.call(ORDER_MANAGER, "io.tradestack.OrderManager.NewSession")
        return evidence

    async def _stream_of(self, instance: str) -> list[dict[str, Any]]:
        """Read the stream of the strategy's user while the strategy is stopped."""
        daemon = f"strategy-{instance}"
        self.stack.signal(daemon, signal.SIGSTOP)
        try:
            return await reports_of(self.stack.orders, self.stack.credentials(instance))
        finally:
            self.stack.signal(daemon, signal.SIGCONT)

    def options(self, settings: Sequence[str] = ()) -> list[str]:
        """Return the options of `up`; settings: further ones for --set."""
        options = [
            *("--prices", str(self._sources.prices), "--sentiment", str(self._sources.sentiment)),
            *("--pace", self._pace),
            *("--set", "gateway.at_end=end-session", "--set", "order-manager.max_order_age='0'"),
        ]
        for setting in settings:
            options += ["--set", setting]
        for name, (user, short_ticks, long_ticks) in STRATEGIES.items():
            path = self.directory / f"{name}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(
                f'signal = "crossover"\nquantity = "10"\nuser = "{user}"\nstart = "session"\n'
                f"[parameters]\nshort_ticks = {short_ticks}\nlong_ticks = {long_ticks}\n"
            )
            options += ["--strategy-config", str(path)]
        return options

    async def _where_it_stands(self) -> str:
        words = ["the session did not end:"]
        for name, subscriber in self.subscribers.items():
            words.append(f"subscriber {name}: at {subscriber.head}, ended {subscriber.has_ended}")
        for daemon in self.stack.daemons:
            try:
                words.append(f"{daemon}: {await self.stack.stats_of(daemon)}")
            except ControlFault as fault:
                words.append(str(fault))
        return "\n".join([*words, *self.stack.lines[-20:]])


async def no_attack(_: Repetition) -> None:
    """Leave the session undisturbed."""
