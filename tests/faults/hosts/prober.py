"""Asks one order manager all the time for the state of an order, and keeps when it answered.

It connects inside the order manager's host, so that no pulled cable is between them, and asks on
without waiting for answers: a process that goes on after a stop finds questions from meanwhile.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import socket
import time
from collections import deque
from pathlib import Path
from typing import BinaryIO, NamedTuple

from tests.faults.clients.packets import packet, read_packet
from tradestack.net.addresses import Address

INTERVAL_S = 0.05
RECONNECT_S = 0.05
WAITING_MAX = 200  # questions without an answer
LOGIN_DEADLINE_S = 30.0
_CLONE_NEWNET = 0x40000000  # of setns(2), which changes the calling thread alone
_libc = ctypes.CDLL(None, use_errno=True)


class Answer(NamedTuple):
    """A question that was answered by the host's order manager; times are monotonic."""

    host: str
    asked_ns: int
    answered_ns: int


class Prober:
    """Asks until `close`; answers: what came, in order."""

    def __init__(self, host: str, address: Address, host_pid: int, login: tuple[str, str]) -> None:
        """host_pid: a process there; login: user and password."""
        self.answers: list[Answer] = []
        self._host = host
        self._address = address
        self._host_pid = host_pid
        self._login = f"{login[0]:<6}{login[1]:<10}{'':>10}{1:>20}".encode()
        self._task = asyncio.create_task(self._run())

    def close(self) -> None:
        """Disconnect."""
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                await self._visit()
            await asyncio.sleep(RECONNECT_S)

    async def _visit(self) -> None:
        connection = socket_of(self._host_pid)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(LOGIN_DEADLINE_S):
                await loop.sock_connect(connection, (self._address.host, self._address.port))
                reader, writer = await asyncio.open_connection(sock=connection)
                writer.write(packet(b"L", self._login))
                if (await read_packet(reader))[0] != b"A":
                    return
            asked: deque[int] = deque()
            asking = asyncio.create_task(self._ask(writer, asked))
            try:
                await self._receive(reader, asked)
            finally:
                asking.cancel()
        finally:
            connection.close()

    async def _ask(self, writer: asyncio.StreamWriter, asked: "deque[int]") -> None:
        question = {"MsgType": "OrderStatusRequest", "ClOrdID": "none", "OrdStatusReqID": "1"}
        asking = packet(b"U", json.dumps(question).encode())
        while True:
            if len(asked) < WAITING_MAX:
                asked.append(time.monotonic_ns())
                writer.write(asking)
            await asyncio.sleep(INTERVAL_S)

    async def _receive(self, reader: asyncio.StreamReader, asked: "deque[int]") -> None:
        """Take each answer; answers have the order of the questions."""
        while True:
            kind, payload = await read_packet(reader)
            if kind == b"U":
                asked_ns = asked.popleft()
                if b"ORDER_STATUS" in payload:  # and no BusinessMessageReject
                    self.answers.append(Answer(self._host, asked_ns, time.monotonic_ns()))
            elif kind == b"Z":
                return


def socket_of(pid: int) -> socket.socket:
    """Make a TCP socket in the network namespace of another process. Raises OSError."""
    with Path("/proc/thread-self/ns/net").open("rb") as own, namespace_of(pid) as other:
        _enter(other)
        try:
            made = socket.socket()
        finally:
            _enter(own)
    made.setblocking(False)
    return made


def namespace_of(pid: int) -> BinaryIO:
    """Open the network namespace of a process."""
    return Path(f"/proc/{pid}/ns/net").open("rb")


def _enter(namespace: BinaryIO) -> None:
    if _libc.setns(namespace.fileno(), _CLONE_NEWNET):  # os.setns comes with Python 3.12
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
