"""Clients that connect and disconnect at both ports, and one that replaces a strategy's."""

import asyncio
import contextlib
import random
import socket
from collections.abc import AsyncIterator
from pathlib import Path

from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import Evidence
from tests.faults.repetition import Repetition
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials

STORM_CLIENTS = 12  # at a time
CONNECTIONS_MIN = 300
REPLACEMENTS_MIN = 5
REPLACEMENT_PAUSE_S = 0.5
PATIENCE_S = 0.5  # with a server that has nothing to answer; it would wait for the rest of a login
POLL_S = 0.1


class Storm:
    """Clients that connect, log in or not, read a little or nothing, and disconnect abruptly."""

    def __init__(self, addresses: list[Address], credentials: Credentials) -> None:
        self.connections = 0
        self._addresses = addresses
        self._credentials = credentials
        self._rng = random.Random(1)

    async def blow(self) -> None:
        """Connect again and again until cancelled."""
        while True:
            address = self._rng.choice(self._addresses)
            user = self._credentials.user if address is self._addresses[0] else "nobody"
            await self._visit(address, _login(user, self._credentials.password))

    async def _visit(self, address: Address, login: bytes) -> None:
        async with _connection(address) as (reader, writer):
            writer.write(self._rng.choice([b"", login[:20], login, login, b"\0\xffgarbage"]))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await reader.read(self._rng.choice([1, 5_000]))
            self.connections += 1
            if self._rng.randrange(2):  # a reset instead of an end
                linger = b"\1\0\0\0\0\0\0\0"
                connection = writer.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


@contextlib.asynccontextmanager
async def _connection(
    address: Address,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a connection and close it; that the server closes it first is not an error."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        with contextlib.suppress(ConnectionError):
            yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def test_storm_of_reconnects_disturbs_nobody(undisturbed: Evidence, repetition: Repetition) -> None:
    """No order is lost while a strategy is replaced repeatedly, and no descriptor stays open."""
    counts: dict[str, int] = {"replacements": 0}

    async def replace(attacked: Repetition) -> None:
        address, credentials = attacked.stack.orders, attacked.stack.credentials("dense")
        while True:
            async with _connection(address) as (reader, writer):
                writer.write(_login(credentials.user, credentials.password))
                await reader.read(1_000)
                counts["replacements"] += 1
            await asyncio.sleep(REPLACEMENT_PAUSE_S)

    async def attack(attacked: Repetition) -> None:
        stack = attacked.stack
        await _until_all_trade(attacked)  # by then they have opened what they keep open
        open_before = {daemon: _open_files(stack.pids()[daemon]) for daemon in stack.daemons[:2]}
        storm = Storm([stack.feed, stack.orders], stack.credentials("dense"))
        tasks = [asyncio.create_task(storm.blow()) for _ in range(STORM_CLIENTS)]
        tasks.append(asyncio.create_task(replace(attacked)))
        await attacked.subscribers["fast"].end_of(attacked.session)
        while storm.connections < CONNECTIONS_MIN or counts["replacements"] < REPLACEMENTS_MIN:
            await asyncio.sleep(POLL_S)
        for task in tasks:
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes), outcomes
        for daemon, before in open_before.items():
            while (
                _open_files(stack.pids()[daemon]) > before
            ):  # until the deadline of the repetition
                await asyncio.sleep(POLL_S)

    evidence = asyncio.run(repetition.run(attack))

    assert differences(undisturbed, evidence) == []
    assert not any(repetition.result["respawns"].values())


async def _until_all_trade(attacked: Repetition) -> None:
    """Wait until every strategy has had a report on an order."""
    while True:
        stats = await attacked.stack.stats()
        if stats is not None:
            counts = [each["orders_acknowledged"] for each in stats.strategies.values()]
            if all(counts):
                return
        await asyncio.sleep(POLL_S)


def _login(user: str, password: str) -> bytes:
    login = f"L{user:<6}{password:<10}{'':<10}{1:>20}".encode()
    return len(login).to_bytes(2) + login


def _open_files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))
