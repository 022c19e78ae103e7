"""The server: queries the daemons for each request, and exits when it is idle.

The listener stays open with systemd, and the next connection starts the exporter again.
"""

import asyncio
import contextlib
import socket
from collections.abc import Collection
from http import HTTPStatus
from pathlib import Path

from tradestack.net.acceptor import Acceptor
from tradestack.net.control.scrape import scrape
from tradestack.observe.exposition import accepted_format, expose
from tradestack.observe.families import Family
from tradestack_metrics.http import (
    HEAD_BYTES_MAX,
    Refused,
    encode_answer,
    parse_request,
)

# A few scrapers. A further connection displaces the oldest whose request is not here, or else the
# oldest: who scrapes sends a request and takes the answer at once.
CONNECTIONS_MAX = 16
REQUEST_DEADLINE_S = 5.0  # from connecting to the end of the request
ANSWER_DEADLINE_S = 10.0  # for the peer to take it
# Scrapers that ask within this time of each other get the same answer: the daemons are asked once.
SHARED_S = 1.0
_TEXT = "text/plain; charset=utf-8"


class Exporter:
    """Answers on one listener with the metrics of the daemons in a directory.

    hosts: by which names it may be asked. idle_exit_s: how long it waits for another connection.
    """

    def __init__(
        self,
        listener: socket.socket,
        directory: Path,
        hosts: Collection[str],
        *,
        idle_exit_s: float | None,
    ) -> None:
        self._listener = listener
        self._directory = directory
        self._hosts = hosts
        self._idle_exit_s = idle_exit_s
        self._acceptor = Acceptor("metrics", listener, self._connected)
        self._connections: dict[asyncio.Task[None], None] = {}  # the oldest first
        self._silent: dict[asyncio.Task[None], None] = {}  # of these, whose request is not here
        self._scraping: asyncio.Task[list[Family]] | None = None
        self._scraped_s = 0.0  # loop time at which that was begun
        self._idle: asyncio.TimerHandle | None = None
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Answer until `stop` is called, or nobody has asked for a while."""
        self._wait_for_another()
        self._acceptor.start()
        await self._ended.wait()
        self._acceptor.stop()
        if self._connections:
            await asyncio.wait(self._connections)

    def stop(self) -> None:
        """End when those who have asked are answered."""
        self._ended.set()

    def _wait_for_another(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        if self._idle_exit_s is not None and not self._connections:
            self._idle = asyncio.get_running_loop().call_later(self._idle_exit_s, self.stop)

    def _connected(self, connection: socket.socket, _address: object) -> None:
        if len(self._connections) >= CONNECTIONS_MAX:
            displaced = next(iter(self._silent or self._connections))
            self._forget(displaced)
            displaced.cancel()
        task = asyncio.create_task(self._serve(connection))
        self._connections[task] = self._silent[task] = None
        task.add_done_callback(self._left)
        self._wait_for_another()

    def _left(self, task: asyncio.Task[None]) -> None:
        self._forget(task)
        self._wait_for_another()
        if not task.cancelled():
            task.result()  # a fault of this program ends it

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._connections.pop(task, None)
        self._silent.pop(task, None)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            reader, writer = await asyncio.open_connection(sock=connection, limit=HEAD_BYTES_MAX)
        except (OSError, asyncio.CancelledError):
            connection.close()  # the peer has gone, or somebody else got its place
            return
        try:
            async with asyncio.timeout(REQUEST_DEADLINE_S):
                head = await _read_head(reader)
            self._silent.pop(_own_task(), None)
            writer.write(await self._answer(head))
            async with asyncio.timeout(ANSWER_DEADLINE_S):
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # the peer has gone, or is too slow
        finally:
            writer.transport.abort()  # nothing is left to send, or nobody to take it

    async def _answer(self, head: bytes | None) -> bytes:
        try:
            if head is None:
                text = f"a request has at most {HEAD_BYTES_MAX} bytes"
                raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, text)
            request = parse_request(head, self._hosts)
        except Refused as refused:
            return encode_answer(refused.status, _TEXT, f"{refused}\n")
        form = accepted_format(request.accept)
        text = expose(await self._families(), form)
        return encode_answer(HTTPStatus.OK, form.value, text, wants_body=request.wants_body)

    async def _families(self) -> list[Family]:
        now_s = asyncio.get_running_loop().time()
        if self._scraping is None or (
            self._scraping.done() and now_s - self._scraped_s >= SHARED_S
        ):
            self._scraping = asyncio.create_task(scrape(self._directory))
            self._scraped_s = now_s
        return await asyncio.shield(self._scraping)


async def _read_head(reader: asyncio.StreamReader) -> bytes | None:
    """Read a request up to its empty line; None if it is too long."""
    with contextlib.suppress(asyncio.LimitOverrunError):
        return await reader.readuntil(b"\r\n\r\n")
    return None


def _own_task() -> "asyncio.Task[None]":
    task = asyncio.current_task()
    assert task is not None, "a connection is served by a task"
    return task
