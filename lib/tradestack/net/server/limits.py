"""What a session server allows each connection, and all of them together."""

from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.wire.soup import HEADER_LENGTH, PAYLOAD_LENGTH_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """Every number that bounds a session server; a server's may be replaced while it runs."""

    # Logged-in connections; with logins_pending_max it bounds the file descriptors.
    clients_max: int = 256
    # Connections that have not logged in yet; at the limit no more are accepted.
    logins_pending_max: int = 64
    # From accept to login request; a client that only connects must not hold a place.
    login_deadline_ns: int = 5 * NANOSECONDS_PER_SECOND
    # Bytes of a client's longest packet, header included.
    packet_length_max: int = HEADER_LENGTH + PAYLOAD_LENGTH_MAX
    # Bytes received from one client at a time, so that none keeps the loop to itself.
    receive_bytes_max: int = 65_536
    # Bytes read ahead for one client: all the memory of the server that a slow one costs.
    send_chunk_bytes_max: int = 131_072
    # Bytes that the kernel keeps for one client (SO_SNDBUF; the kernel doubles the number for its
    # own bookkeeping). The default grows to 4 MiB for each stalled client, and does not make
    # replays faster.
    send_buffer_bytes: int = 131_072
    # Bytes to all that replay, in one pass of the loop: what a live client may have to wait for.
    # More does not make replays faster (tests/net/isolation.py); a long chunk does.
    replay_pass_bytes_max: int = 131_072
    # Bytes of packets outside the stream that wait for one client.
    unsequenced_bytes_max: int = 65_536
    # The server sends H after this time without another packet (SoupBinTCP: 1 s).
    heartbeat_interval_ns: int = NANOSECONDS_PER_SECOND
    # A client that sends nothing for this time is disconnected (SoupBinTCP: typically 15 s).
    client_silence_max_ns: int = 15 * NANOSECONDS_PER_SECOND
    # A client that is behind and accepts no byte for this time is disconnected.
    client_stall_max_ns: int = 60 * NANOSECONDS_PER_SECOND
