"""A process that sends the same bytes on connections of a test, as fast as they are taken.

python -m tests.kit.flood send|exchange DESCRIPTOR…     the bytes come by the standard input

exchange: also receives and drops what the server answers; otherwise that is left to the test. A
connection that the server closes is left alone. A line is printed when each was sent something:
before that, a test would only meet the start of Python.
"""

import contextlib
import select
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
DROPPED_BYTES_MAX = 1 << 16  # at a time
READY = b"flooded\n"


@contextlib.contextmanager
def flooding(
    connections: Sequence[socket.socket], data: bytes, *, how: str = "send"
) -> Iterator[None]:
    """Send the bytes again and again on each of the connections, which stay open.

    The body runs when each of them has been sent as much as its socket took at once.
    """
    descriptors = [connection.fileno() for connection in connections]
    command = [sys.executable, "-m", "tests.kit.flood", how, *map(str, descriptors)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=descriptors
    ) as flood:
        assert flood.stdin is not None
        assert flood.stdout is not None
        flood.stdin.write(data)
        flood.stdin.close()
        try:
            assert flood.stdout.readline() == READY
            yield
        finally:
            flood.kill()


class _Flooded:
    """One connection, and what of the bytes is to be sent next."""

    def __init__(self, descriptor: int, data: memoryview) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._data = data
        self._rest = data
        self.was_flooded = False

    def send(self) -> None:
        """Send what the socket takes; raise OSError at the end of the connection."""
        with contextlib.suppress(BlockingIOError):
            self._rest = self._rest[self._socket.send(self._rest, socket.MSG_DONTWAIT) :]
            self.was_flooded = True
            self._rest = self._rest or self._data

    def drop(self) -> None:
        """Receive something; raise OSError at the end of the connection."""
        with contextlib.suppress(BlockingIOError):
            if not self._socket.recv(DROPPED_BYTES_MAX, socket.MSG_DONTWAIT):
                raise ConnectionResetError


def _main(how: str, *descriptors: str) -> None:
    data = memoryview(sys.stdin.buffer.read())
    epoll = select.epoll()
    flooded = {int(each): _Flooded(int(each), data) for each in descriptors}
    for descriptor in flooded:
        events = select.EPOLLOUT | (select.EPOLLIN if how == "exchange" else 0)
        epoll.register(descriptor, events)
    waiting = dict(flooded)
    while flooded:
        if waiting and all(each.was_flooded for each in waiting.values()):
            waiting.clear()
            sys.stdout.buffer.write(READY)
            sys.stdout.flush()
        for descriptor, events in epoll.poll():
            try:
                if events & select.EPOLLIN:
                    flooded[descriptor].drop()
                if events & (select.EPOLLOUT | select.EPOLLHUP | select.EPOLLERR):
                    flooded[descriptor].send()
            except OSError:
                flooded[descriptor].was_flooded = True
                epoll.unregister(descriptor)
                del flooded[descriptor]


if __name__ == "__main__":
    _main(*sys.argv[1:])
