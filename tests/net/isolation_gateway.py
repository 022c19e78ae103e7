"""The real gateway, which records when the client `live` was given each tick.

    ISOLATION_FILE=FILE python tests/net/isolation_gateway.py --config FILE

Nothing else differs. When it ends it writes one line for each time that the client's socket was
given ticks: the wall clock right after the call, in nanoseconds.
"""

import atexit
import os
import time
from pathlib import Path

from tradestack.net.server.connection import Connection
from tradestack.net.server.outbox import Outbox, Stream
from tradestack.wire.soup import LoginRequest
from tradestack_gateway.__main__ import main

LIVE = "live"
accept_login = Connection.accept_login
pump = Outbox.pump
live_outboxes: set[Outbox] = set()
sends_ns: list[int] = []


def accept_and_mark(
    connection: Connection, user: str, stream: Stream, request: LoginRequest
) -> None:
    """Accept the login, and remember the outbox of the client `live`."""
    if user == LIVE:
        live_outboxes.add(connection.outbox)
    accept_login(connection, user, stream, request)


def pump_and_note(outbox: Outbox, bytes_max: int) -> bool:
    """Pump, and note the time if ticks of the client `live` were sent."""
    cursor = outbox.cursor
    has_more = pump(outbox, bytes_max)
    if outbox in live_outboxes and outbox.cursor > cursor:
        sends_ns.append(time.time_ns())
    return has_more


def write_sends() -> None:
    """Write the times at the end, because writing while it runs would be measured too."""
    lines = "".join(f"{time_ns}\n" for time_ns in sends_ns)
    Path(os.environ["ISOLATION_FILE"]).write_text(lines)


if __name__ == "__main__":
    setattr(Connection, "accept_login", accept_and_mark)  # noqa: B010
    setattr(Outbox, "pump", pump_and_note)  # noqa: B010
    atexit.register(write_sends)
    main()
