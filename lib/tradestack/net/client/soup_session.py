"""credentials, session, number → one session followed on one connection, whatever its messages are.

Here is what ticks and reports have in common: the login and what may be answered, heartbeats, the
server's remarks, the end.
"""

from collections.abc import Callable
from typing import Self

from tradestack.domain.clock import Clock
from tradestack.net.addresses import Address
from tradestack.net.client import login as soup_client
from tradestack.net.client.connection import ConnectionLimits, SoupConnection
from tradestack.net.client.login import Credentials, SequenceHole
from tradestack.wire import soup
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import PacketType


class SoupSession:
    """A session from a number on; `connection` is there when `open` has returned.

    on_end_of_session(): the session is complete; on_closed follows.
    on_closed(reason): once, unless we closed before.
    """

    connection: SoupConnection

    def __init__(
        self, on_end_of_session: Callable[[], None], on_closed: Callable[[str], None]
    ) -> None:
        self._on_end_of_session = on_end_of_session
        self._on_closed = on_closed
        self._remark = ""  # the last free text the server sent: often why it closes

    @classmethod
    async def open(
        cls,
        address: Address,
        credentials: Credentials,
        session: str,
        sequence: int,
        *,
        on_data: Callable[[memoryview], None],
        on_end_of_session: Callable[[], None],
        on_closed: Callable[[str], None],
        on_room: Callable[[], None] = lambda: None,
        clock: Clock,
        limits: ConnectionLimits | None = None,
    ) -> Self:
        """Logs in; session "" = the current one, sequence 0 = only what comes from now on.

        Nothing is called back before this has returned. Raises LoginRejected, SequenceHole,
        ProtocolError, TimeoutError, or another OSError.
        """
        self = cls(on_end_of_session, on_closed)
        login = soup.LoginRequest(
            user=credentials.user,
            password=credentials.password,
            session_id=session,
            sequence=sequence,
        )
        self.connection = await soup_client.log_in(
            address,
            login,
            on_data=on_data,
            on_closed=self._on_lost,
            on_room=on_room,
            clock=clock,
            limits=limits,
        )
        _check_offered(login, self.connection)
        return self

    def packet_received(self, packet: soup.Packet) -> None:
        """One that is no message. Raises ProtocolError for what no server sends."""
        match packet.type:
            case PacketType.SERVER_HEARTBEAT:
                pass
            case PacketType.DEBUG:
                self._remark = soup.decode_debug(packet.payload)
            case PacketType.END_OF_SESSION:
                self.connection.close()
                self._on_end_of_session()
                self._on_closed("session ended")
            case _:
                raise ProtocolError(f"packet {chr(packet.type)!r} in a session")

    def _on_lost(self, reason: str) -> None:
        self._on_closed(f"{reason} ({self._remark})" if self._remark else reason)


def _check_offered(login: soup.LoginRequest, connection: SoupConnection) -> None:
    """Compares A with L: SequenceHole when the server goes on beyond what was asked for.

    ProtocolError when it serves another session than the one asked for.
    """
    if login.session_id and connection.session != login.session_id:
        connection.close()
        raise ProtocolError(f"asked for session {login.session_id}, got {connection.session}")
    if 0 < login.sequence < connection.next_sequence:
        connection.close()
        raise SequenceHole(connection.session, login.sequence, connection.next_sequence)
