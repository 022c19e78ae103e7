"""The port of a standby: refuses every client with a text, and disconnects it.

Not by a rejected login: a client would take "session not available" for the end of its order
session. What was disconnected tries the next address.
"""

from collections.abc import Callable, Sequence

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.net.server.connection import Connection
from tradestack.net.server.refusal import Answer, standing_by
from tradestack.net.server.session_server import SessionServer
from tradestack.net.server.users import Users
from tradestack.observe.levels import Level
from tradestack.runtime.service import Context
from tradestack.store.free_space import ROOM_REMEDY, disk_level
from tradestack.wire.close_reason import Close
from tradestack.wire.errors import ProtocolError
from tradestack.wire.service import Service
from tradestack_order_manager.replication.follower import Follower


class StandbyPort:
    """The session handler of a standby. words: who the primary is."""

    def __init__(self, words: Callable[[], str]) -> None:
        self._words = words

    @property
    def messages(self) -> "StandbyPort":
        """Messages before a login are handled here: there are none after one."""
        return self

    def unsequenced_received(self, connection: Connection, payload: bytes) -> None:  # noqa: ARG002
        """Refuse it; raise ProtocolError."""
        raise ProtocolError("a message without a login")

    def stream_for(self, user: str, session_id: str, sequence: int) -> Answer:  # noqa: ARG002
        """Refuse the login."""
        return standing_by(self._words())

    def client_joined(self, connection: Connection) -> None:
        """Do nothing: nobody joins."""

    def client_left(self, connection: Connection, close: Close) -> None:
        """Do nothing: nobody has joined."""


class Standby:
    """What a standby has while it follows: the port, open from the beginning, and the disk."""

    def __init__(
        self, context: Context[OrderManagerConfig], follower: Follower, words: Callable[[], str]
    ) -> None:
        """Begin to refuse clients. Raises OperatorFault for a file of users."""
        self._follower = follower
        self._server = SessionServer(
            listener=context.listeners["orders"],
            users=Users.load(context.config.users_file).traders(),
            handler=StandbyPort(words),
            limits=context.config.limits,
            clock=context.clock,
            service=Service.ORDERS,
        )
        self._server.start()

    async def close(self) -> None:
        """Refuse nobody any more."""
        await self._server.close()

    def reload(self, config: OrderManagerConfig) -> None:
        """Replace users and limits. Raises OperatorFault."""
        self._server.users = Users.load(config.users_file).traders()
        self._server.limits = config.limits
        self._follower.config = config

    def levels(self) -> Sequence[Level]:
        """Return how full port and disk are."""
        session = self._follower.session
        disk = disk_level(
            "journal_disk",
            self._follower.directory,
            own_bytes=0 if session is None else session.journal_bytes,
            bytes_min=self._follower.config.free_bytes_min,
            remedy=ROOM_REMEDY,
        )
        return [*self._server.levels(), *disk]
