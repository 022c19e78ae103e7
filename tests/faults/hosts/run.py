"""A run on several hosts, from the start of all to the evidence.

start ─► clients, probers ─► attack ─► all played, ordered, reported, received by the far end
      ─► evidence of the primary ─► takeover ─► evidence of the other one ─► stop
"""

import asyncio
import contextlib
import shutil
import signal
from collections.abc import Awaitable, Callable, Collection, Mapping

from tests.faults.clients.clients import Clients
from tests.faults.compare.evidence import (
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
from tests.faults.compare.refolding import with_accounts
from tests.faults.hosts.evidence import HostsEvidence, feeds_of, journals_of, read_stream
from tests.faults.hosts.layout import CHAIN, FAR_END, ORDER_MANAGERS, PASSWORD, PROBER
from tests.faults.hosts.prober import Prober
from tests.faults.hosts.stack import HostsStack, signal_all
from tests.faults.hosts.unit import OPERATOR_FAULT
from tests.faults.launch import PROBE, STRATEGIES
from tests.faults.launch import USERS as COMPARED
from tests.faults.stack import RunFailed
from tradestack.ctl.up.display.progress import SOURCE_ENDED
from tradestack.store.shared_memory.segment import SEGMENT_DIRECTORY

END_DEADLINE_S = 300.0
ENDED_MAX_S = 10.0
POLL_S = 0.2
# What an order manager writes before it ends, and starts again.
ENDS = ("the daemon exits: free space for its files", "it stands by after its next start")
SET_PACE = "io.tradestack.Gateway.SetPace"


class HostsRun:
    """One run; its evidence is that of each order manager, and that of all hosts together."""

    def __init__(
        self,
        stack: HostsStack,
        host_pids: Mapping[str, int],
        attended: Mapping[str, Collection[str]],
    ) -> None:
        """attended: by feed session, the users who followed it to its end; grows in the attack."""
        self._stack = stack
        self._attended = attended
        self._directories = stack.layout.directories
        self._host_pids = host_pids

    async def run(
        self, attack: Callable[[], Awaitable[None]]
    ) -> tuple[list[Evidence], HostsEvidence]:
        """Run to the end. Raises RunFailed if there is none."""
        stack = self._stack
        clients: Clients | None = None
        probers: list[Prober] = []
        try:
            await stack.start()
            clients = Clients(stack, prefix="probe")
            probers = [self._prober(host) for host in ORDER_MANAGERS]
            await attack()
            await self._play_to_the_end(clients)
            both = await self._gather(clients)
            hosts = await self._gather_hosts(probers)
        finally:
            for prober in probers:
                prober.close()
            if clients is not None:
                clients.close()
            await stack.kill()
            for host in CHAIN:
                shutil.rmtree(
                    SEGMENT_DIRECTORY / f"tradestack{stack.layout.segments(host)}",
                    ignore_errors=True,
                )
        found = [with_accounts(each, self._directories[host]) for host, each in both.items()]
        return found, hosts

    def _prober(self, host: str) -> Prober:
        address = self._stack.layout.orders(host)
        return Prober(host, address, self._host_pids[host], (PROBER, PASSWORD))

    # ---- the end -----------------------------------------------------------------------------

    async def _play_to_the_end(self, clients: Clients) -> None:
        stack = self._stack
        try:
            async with asyncio.timeout(END_DEADLINE_S):
                await stack.call("gateway@a", SET_PACE, {"pace": "max"})
                while not await self._is_over():
                    await asyncio.sleep(POLL_S)
                await clients.finish(feed_logs_in(self._directories["a"])[-1].stem)
        except TimeoutError:
            where = [*await stack.where_it_stands(), *await self._strategies()]
            where += [str(clients.probe)]
            raise RunFailed("\n".join(["the run did not end:", *where])) from None

    async def _is_over(self) -> bool:
        """Tell whether the far end has everything, and the strategies all of their reports."""
        first = await self._stack.stats_of("gateway@a") or {}
        if first.get("source_state") != SOURCE_ENDED:
            return False
        for instance in STRATEGIES:
            stats = await self._stack.stats_of(f"strategy-{instance}@{FAR_END}") or {}
            if (stats.get("session"), stats.get("sequence_processed")) != (
                first["session"],
                first["head"],
            ) or stats["orders_pending"] + stats["orders_working"]:
                return False
        return True

    async def _strategies(self) -> list[str]:
        return [
            f"{name}: {await self._stack.stats_of(name)}"
            for name in self._stack.units
            if name.startswith("strategy-")
        ]

    # ---- evidence ------------------------------------------------------------------------------

    async def _gather(self, clients: Clients) -> dict[str, Evidence]:
        """Gather what both order managers have, each of them as the primary."""
        stack = self._stack
        await stack.heal()
        clients.probe.close()
        strategies = [unit for name, unit in stack.units.items() if name.startswith("strategy-")]
        lines = [line for unit in strategies for line in unit.log_lines()]
        faults = clients.faults((), lines)
        first = await stack.primary()
        assert first is not None, "heal has found one"
        (second,) = (host for host in ORDER_MANAGERS if host != first)
        await self._accounts_ended(first)
        signal_all(strategies, signal.SIGSTOP)  # the same users log in here
        evidence = {first: await self._of(first, clients, faults)}
        await stack.take_over(second)
        evidence[second] = await self._of(second, clients, [])
        signal_all(strategies, signal.SIGCONT)
        await stack.heal()
        return evidence

    async def _of(self, host: str, clients: Clients, faults: list[str]) -> Evidence:
        """Gather what the primary has."""
        unit = f"order-manager@{host}"
        while (await self._stack.stats_of(unit) or {"order_log_behind": True})["order_log_behind"]:
            await asyncio.sleep(POLL_S)
        directory = self._directories[host]
        restarted = {
            made.user
            for name, made in STRATEGIES.items()
            if self._stack.units[f"strategy-{name}@{FAR_END}"].exits
        }
        return Evidence(
            feeds=[
                FeedSession(
                    id=path.stem,
                    packets=path.read_bytes(),
                    attended=frozenset(self._attended.get(path.stem, ())),
                )
                for path in feed_logs_in(directory)
            ],
            subscribers={name: each.seen for name, each in clients.subscribers.items()},
            order_sessions=[
                OrderSession(
                    id=path.stem,
                    records=records_of(path),
                    served=await self._served(host, path.stem, faults),
                )
                for path in journals_in(directory)
            ],
            log_lines=OrderLogTail(directory / "log" / "order_log.txt").lines(),
            placed=clients.probe.placed,
            unknown=clients.probe.unknown,
            receipts=clients.probe.receipts,
            probe=PROBE,
            faults=faults,
            restarted=restarted,
        )

    async def _served(self, host: str, session: str, faults: list[str]) -> dict[str, list[bytes]]:
        address = self._stack.layout.orders(host)
        served = {}
        for user in COMPARED.values():
            try:
                served[user] = await reports_of(address.host, address.port, user, PASSWORD, session)
            except ConnectionError as error:
                faults.append(f"stream of {user} in {session} at {host}: {error}")
        return served

    async def _accounts_ended(self, host: str) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ENDED_MAX_S):
                while accounts_working(journals_in(self._directories[host])[-1]):
                    await asyncio.sleep(POLL_S)

    async def _gather_hosts(self, probers: list[Prober]) -> HostsEvidence:
        """Stop the daemons, then read what they have left, and the stream."""
        stack = self._stack
        for prober in probers:
            prober.close()
        for prefix in ("strategy-", "order-manager@", "gateway@"):
            await stack.stop(prefix)
        return HostsEvidence(
            feeds=feeds_of(self._directories),
            journals=journals_of({host: self._directories[host] for host in ORDER_MANAGERS}),
            stream=await read_stream(stack),
            answers=[answer for prober in probers for answer in prober.answers],
            exits=list(self._exits()),
        )

    def _exits(self) -> list[str]:
        """Describe how units ended that nobody had killed or stopped.

        A full disk ends an order manager with a replicated journal, and so does a takeover if its
        role is that of a standby: it catches up later.
        """
        described = []
        for name, unit in self._stack.units.items():
            odd = [status for status in unit.exits if status not in (0, -signal.SIGKILL)]
            if name.startswith("order-manager@"):
                expected = sum(any(end in line for end in ENDS) for line in unit.log_lines())
                odd = [status for status in odd if status != OPERATOR_FAULT][expected:]
            described += [f"{name} ended with status {status}" for status in odd]
        return described
