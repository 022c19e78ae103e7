"""A client of the order port that remembers every acknowledgment, and sends nothing in doubt.

It shares no code with the project's clients: it is what PROTOCOL.md says. It tries its addresses in
turn, as clients of a primary and its standby do. Orders without a report
are sent again after a lost connection, and in the next order session after the end of one; after
`J S` their outcome is unknown, and they are not sent again. At every third login it asks for all
reports of the session again, so that a number whose meaning has changed is seen.
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections import deque
from typing import NamedTuple

from tests.faults.clients.packets import packet, read_packet
from tradestack.net.addresses import Address

ORDER_INTERVAL_S = 0.01
IN_FLIGHT_MAX = 20
REFUSED_WAIT_S = 0.2  # until a refused order is sent again
HEARTBEAT_S = 1.0
CONNECT_DEADLINE_S = 5.0  # a host that is cut off does not answer
LOGIN_DEADLINE_S = 30.0  # a stopped server answers late
SILENCE_MAX_S = 20.0
RECONNECT_S = 0.05
ANSWER_MAX_S = 30.0  # of an order, while no daemon is disturbed
REPLAY_ONE_IN = 3
STANDBY = b"STANDBY "  # begins the remark of an order manager that is not the primary


class Receipt(NamedTuple):
    """A report as it came."""

    session: str
    number: int
    report: bytes


class OrderProbe:
    """Sends orders at a steady rate until `drain`.

    placed: the ClOrdIDs of all orders. unknown: those whose order session was no longer served.
    faults: what contradicted the protocol at once. gone: sessions that were no longer served.
    """

    def __init__(self, user: str, password: str, prefix: str) -> None:
        self.user = user
        self.placed: set[str] = set()
        self.unknown: set[str] = set()
        self.receipts: list[Receipt] = []
        self.faults: list[str] = []
        self.gone: list[str] = []
        self._login = f"{user:<6}{password:<10}"
        self._names = (f"{prefix}-{number}" for number in itertools.count(1))
        self._addresses: deque[Address] = deque()
        self._outstanding: dict[str, bytes] = {}
        self._refused: dict[str, float] = {}  # when they are sent again
        self._session, self._next = "", 1
        self._ended = ""
        self._logins = 0
        self._known: dict[tuple[str, int], bytes] = {}
        self._is_draining = False
        self._task = asyncio.create_task(self._run())

    def __str__(self) -> str:
        waiting = f"{len(self._outstanding)} orders outstanding, {len(self._refused)} refused"
        return f"{self.user}: {waiting}, at report {self._next} of {self._session or 'none'}"

    def connect(self, *addresses: Address) -> None:
        """Use these addresses from the next connection on."""
        self._addresses = deque(addresses)

    async def drain(self) -> None:
        """Place no further order; return when all have their outcome, or will not get it."""
        self._is_draining = True
        deadline_s = time.monotonic() + ANSWER_MAX_S
        while self._outstanding and time.monotonic() < deadline_s:
            if self._task.done():
                self._task.result()
            await asyncio.sleep(RECONNECT_S)

    def close(self) -> None:
        """Disconnect."""
        self._task.cancel()

    # ---- connections -------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(OSError, EOFError, TimeoutError):
                if self._addresses:
                    await self._visit(self._addresses[0])
            self._addresses.rotate()
            await asyncio.sleep(RECONNECT_S)

    async def _visit(self, address: Address) -> None:
        async with asyncio.timeout(CONNECT_DEADLINE_S):
            reader, writer = await asyncio.open_connection(address.host, address.port)
        try:
            number = await self._log_in(reader, writer)
            if number:
                sender = asyncio.create_task(self._send(writer))
                try:
                    await self._receive(reader, number)
                finally:
                    sender.cancel()
        finally:
            writer.close()

    async def _log_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        """Log in; return the number of the next report, 0 if there is nothing to follow."""
        self._logins += 1
        asked = 1 if self._logins % REPLAY_ONE_IN == 0 else self._next
        writer.write(packet(b"L", f"{self._login}{self._session:>10}{asked:>20}".encode()))
        async with asyncio.timeout(LOGIN_DEADLINE_S):
            kind, payload = await read_packet(reader)
        if kind == b"J" and payload == b"S" and self._session:
            self.gone.append(self._session)
            self.unknown |= set(self._outstanding)
            self._outstanding.clear()
            self._leave()
            return 0
        if kind == b"+" and payload.startswith(STANDBY):
            return 0
        if kind != b"A":
            self.faults.append(f"a login was answered by {kind!r} {payload!r}")
            return 0
        session, number = payload[:10].decode().strip(), int(payload[10:])
        if not self._session and session == self._ended:
            return 0  # the next session has not begun
        if session != (self._session or session) or number != asked:
            self.faults.append(
                f"asked for {self._session or 'any'} {asked}, accepted for {session} {number}"
            )
        self._session = session
        return number

    def _leave(self) -> None:
        self._ended, self._session, self._next = self._session, "", 1

    # ---- what is sent ------------------------------------------------------------------------

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        self._refused.clear()
        for order in self._outstanding.values():
            writer.write(packet(b"U", order))
        heartbeat_s = 0.0
        while True:
            now_s = time.monotonic()
            if now_s >= heartbeat_s:
                writer.write(packet(b"R", b""))
                heartbeat_s = now_s + HEARTBEAT_S
            for name in [name for name, due_s in self._refused.items() if due_s <= now_s]:
                del self._refused[name]
                writer.write(packet(b"U", self._outstanding[name]))
            if not self._is_draining and len(self._outstanding) < IN_FLIGHT_MAX:
                writer.write(packet(b"U", self._place()))
            await asyncio.sleep(ORDER_INTERVAL_S)

    def _place(self) -> bytes:
        name = next(self._names)
        order = {
            "MsgType": "NewOrderSingle",
            "ClOrdID": name,
            "Symbol": "SPY",
            "Side": "BUY",
            "OrderQty": "1",
            "OrdType": "MARKET",
            "TimeInForce": "DAY",
            "TransactTime": time.time_ns(),
        }
        self.placed.add(name)
        self._outstanding[name] = encoded = json.dumps(order).encode()
        return encoded

    # ---- what is received --------------------------------------------------------------------

    async def _receive(self, reader: asyncio.StreamReader, number: int) -> None:
        while True:
            async with asyncio.timeout(SILENCE_MAX_S):
                kind, payload = await read_packet(reader)
            if kind == b"S":
                self._report(Receipt(self._session, number, payload))
                number += 1
            elif kind == b"U":
                self._refusal(payload)
            elif kind == b"Z":
                self._leave()
                return

    def _report(self, receipt: Receipt) -> None:
        known = self._known.setdefault(receipt[:2], receipt.report)
        if known != receipt.report:
            self.faults.append(
                f"report {receipt.number} of {receipt.session} was {known!r}, is {receipt.report!r}"
            )
        if receipt.number < self._next:
            return
        self._next = receipt.number + 1
        self.receipts.append(receipt)
        name = json.loads(receipt.report).get("ClOrdID", "")
        self._outstanding.pop(name, None)
        self._refused.pop(name, None)

    def _refusal(self, payload: bytes) -> None:
        name = json.loads(payload)["BusinessRejectRefID"]
        if name in self._outstanding:
            self._refused[name] = time.monotonic() + REFUSED_WAIT_S
