"""Loopback ports that nobody uses, for servers that cannot be given a socket."""

import contextlib
import socket


def free_ports(count: int) -> list[int]:
    """Return different ports that were free a moment ago."""
    with contextlib.ExitStack() as stack:
        sockets = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [each.getsockname()[1] for each in sockets]
