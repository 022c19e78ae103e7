"""The evidence of a run, gathered from the files and streams of a stack that still runs."""

import asyncio
import contextlib
import signal
from collections import defaultdict
from collections.abc import Collection

from tests.faults.clients.clients import Clients
from tests.faults.compare.evidence import (
    PACKET_LENGTH,
    Evidence,
    FeedSession,
    OrderLogTail,
    OrderSession,
    accounts_working,
    feed_logs_in,
    journals_in,
    records_of,
    reports_of,
)
from tests.faults.launch import PROBE, USERS
from tests.faults.stack import ORDER_MANAGER, RunningStack

POLL_S = 0.05
ENDED_MAX_S = 5.0


class Gathering:
    """What a run leaves, and what an attack notes about it.

    attended: by feed session, the users who followed it to its end, and the next one then.
    may_lack_their_ends: order sessions that were not synced when the power was cut.
    heads_before_cuts: by feed session, the highest head that it had when the power was cut.
    states_compared: how often the trading state was compared with what was acknowledged;
    state_faults: where it was another one.
    """

    def __init__(self, stack: RunningStack) -> None:
        self.attended: defaultdict[str, set[str]] = defaultdict(set)
        self.may_lack_their_ends: set[str] = set()
        self.heads_before_cuts: dict[str, int] = {}
        self.power_cuts = 0
        self.states_compared = 0
        self.state_faults: list[str] = []
        self._stack = stack
        self._log = OrderLogTail(stack.directory / "log" / "order_log.txt")
        self._feeds_before: set[str] = set()
        self._journals_before: set[str] = set()

    def skip_earlier(self) -> None:
        """Leave out what earlier runs have left: each has begun an order session at its end."""
        directory = self._stack.directory
        self._log.skip()
        self._feeds_before = {path.stem for path in feed_logs_in(directory)}
        self._journals_before = {path.stem for path in journals_in(directory)[:-1]}

    @property
    def order_session(self) -> str:
        """The id of the newest order session."""
        return journals_in(self._stack.directory)[-1].stem

    def note_head(self) -> None:
        """Note the head of the newest feed session; to be called when the power is cut."""
        feed = feed_logs_in(self._stack.directory)[-1]
        head = feed.stat().st_size // PACKET_LENGTH
        self.heads_before_cuts[feed.stem] = max(head, self.heads_before_cuts.get(feed.stem, 0))

    def note_state(self, found: str, possible: Collection[str]) -> None:
        """Note the trading state that the order manager tells, and which it may be."""
        self.states_compared += 1
        if found not in possible:
            wanted = " or ".join(sorted(possible))
            self.state_faults.append(f"trading state of {PROBE}: {found}, not {wanted}")

    async def gather(self, clients: Clients) -> Evidence:
        """Gather everything, and begin a new order session. Raises ControlFault."""
        clients.probe.close()
        stack = self._stack
        while (await stack.stats_of(ORDER_MANAGER))["order_log_behind"]:
            await asyncio.sleep(POLL_S)
        await self._accounts_ended()
        faults = clients.faults(self.may_lack_their_ends, stack.lines) + self.state_faults
        evidence = Evidence(
            feeds=self._feeds(),
            subscribers={name: subscriber.seen for name, subscriber in clients.subscribers.items()},
            order_sessions=await self._order_sessions(faults),
            log_lines=self._log.lines(),
            placed=clients.probe.placed,
            unknown=clients.probe.unknown,
            receipts=clients.probe.receipts,
            probe=PROBE,
            faults=faults,
            power_cuts=self.power_cuts,
            restarted=stack.restarted_users,
        )
        await stack.call(ORDER_MANAGER, "io.tradestack.OrderManager.NewSession")
        return evidence

    async def _accounts_ended(self) -> None:
        """Wait until every account of the newest order session has ended; not forever."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDED_MAX_S):
                while accounts_working(journals_in(self._stack.directory)[-1]):
                    await asyncio.sleep(POLL_S)

    def _feeds(self) -> list[FeedSession]:
        return [
            FeedSession(
                id=path.stem,
                packets=path.read_bytes(),
                attended=frozenset(self.attended[path.stem]),
                head_before_cuts=self.heads_before_cuts.get(path.stem, 0),
            )
            for path in feed_logs_in(self._stack.directory)
            if path.stem not in self._feeds_before
        ]

    async def _order_sessions(self, faults: list[str]) -> list[OrderSession]:
        """Read journals and streams while the strategies are stopped."""
        strategies = [name for name in self._stack.daemons if name.startswith("strategy-")]
        for name in strategies:
            self._stack.signal(name, signal.SIGSTOP)
        try:
            return [
                OrderSession(
                    id=path.stem,
                    records=records_of(path),
                    served=await self._served(path.stem, faults),
                    may_lack_its_end=path.stem in self.may_lack_their_ends,
                )
                for path in journals_in(self._stack.directory)
                if path.stem not in self._journals_before
            ]
        finally:
            for name in strategies:
                self._stack.signal(name, signal.SIGCONT)

    async def _served(self, order_session: str, faults: list[str]) -> dict[str, list[bytes]]:
        host, port = self._stack.orders.host, self._stack.orders.port
        served = {}
        for name, user in USERS.items():
            password = self._stack.files.password(name)
            try:
                served[user] = await reports_of(host, port, user, password, order_session)
            except ConnectionError as error:
                if order_session not in self.may_lack_their_ends:
                    faults.append(f"stream of {user} in {order_session}: {error}")
        return served
