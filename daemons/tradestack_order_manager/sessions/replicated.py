"""The order session of a replicated journal, as an order manager begins with it."""

from dataclasses import dataclass

from tradestack.replication.backlog import Backlog
from tradestack.sessions.order_session import OrderSession


@dataclass(frozen=True, slots=True)
class Replicated:
    """Where an order manager with a replicated journal goes on.

    session: the newest one, None if there never was one. is_stored: the stream has it. backlog:
    what is journalled, on its way to the stream.
    """

    session: OrderSession | None
    is_stored: bool
    backlog: Backlog
