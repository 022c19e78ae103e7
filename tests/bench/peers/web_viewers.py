"""Viewers of the page, who read its events as a browser does; they count and do not draw.

web_viewers PORT COUNT     answers, when it is told to end, with events of each viewer and bytes
"""

import asyncio
import sys

import uvloop

from tests.bench.program import answer, wait_for_go

HEAD = "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
READ_BYTES = 65_536
EVENT = b"event: prices\n"


class Viewer:
    """One connection."""

    def __init__(self) -> None:
        self.events = 0
        self.bytes = 0

    async def look(self, port: int, ready: asyncio.Event) -> None:
        """Read events until cancelled; ready: once the first bytes have come."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(HEAD.format(port=port).encode())
        while data := await reader.read(READ_BYTES):
            ready.set()
            self.bytes += len(data)
            self.events += data.count(EVENT)
        sys.exit("the server has closed the connection")


async def main(port: str, count: str) -> None:
    viewers = [Viewer() for _ in range(int(count))]
    ready = [asyncio.Event() for _ in viewers]
    tasks = [
        asyncio.create_task(viewer.look(int(port), event))
        for viewer, event in zip(viewers, ready, strict=True)
    ]
    await asyncio.gather(*(event.wait() for event in ready))
    await asyncio.to_thread(wait_for_go)  # says "ready"; returns at the end
    answer(
        events=[viewer.events for viewer in viewers],
        bytes=sum(viewer.bytes for viewer in viewers),
    )
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
