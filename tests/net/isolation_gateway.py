"""The real gateway, which writes down when the client `live` was given each tick.

    ISOLATION_FILE=FILE python tests/net/isolation_gateway.py --config FILE

Nothing is replaced. When it ends it writes one line for each time that the client's socket was
given ticks: the wall clock right after the call, in nanoseconds.
"""

import atexit
import os
import time
from pathlib import Path

from tradestack.net.server.connection import Connection
from tradestack.net.server.sender import Progress
from tradestack_gateway.__main__ import main

LIVE = "live"
pump = Connection.pump
sends_ns: list[int] = []


def pump_and_note(client: Connection, bytes_max: int) -> Progress:
    """What `Connection.pump` does."""
    cursor = client.cursor
    progress = pump(client, bytes_max)
    if client.user == LIVE and client.cursor > cursor:
        sends_ns.append(time.time_ns())
    return progress


def write_down() -> None:
    """At the end, for while it runs that would be measured too."""
    lines = "".join(f"{time_ns}\n" for time_ns in sends_ns)
    Path(os.environ["ISOLATION_FILE"]).write_text(lines)


if __name__ == "__main__":
    Connection.pump = pump_and_note  # type: ignore[method-assign]
    atexit.register(write_down)
    main()
