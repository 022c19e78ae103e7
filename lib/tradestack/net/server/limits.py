"""What a session server allows each client, and all of them together."""

from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.wire.soup import HEADER_LENGTH, PAYLOAD_LENGTH_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """Every number that bounds a session server; a server's may be replaced while it runs."""

    # Logged-in clients; with logins_pending_max it bounds the file descriptors.
    clients_max: int = 256
    # Connections that have not logged in yet; at the limit no more are accepted.
    logins_pending_max: int = 64
    # From accept to login request; who only connects must not hold a place.
    login_deadline_ns: int = 5 * NANOSECONDS_PER_SECOND
    # Bytes of a client's longest packet, header included.
    packet_length_max: int = HEADER_LENGTH + PAYLOAD_LENGTH_MAX
    # Bytes taken from one client in one go, so that none keeps the loop to itself.
    receive_bytes_max: int = 65_536
    # Bytes read ahead for one client: all the memory of ours that a slow one costs.
    send_chunk_bytes_max: int = 131_072
    # Bytes that the kernel keeps for one client (SO_SNDBUF; it takes twice the number for itself).
    # Left alone it would keep 4 MiB for each that stands still, and replays gain nothing by it.
    send_buffer_bytes: int = 131_072
    # Bytes to all who replay, in one pass of the loop: what a live client may have to wait for.
    # Replays gain nothing by more (tests/net/isolation.py): what pays is a long chunk.
    replay_pass_bytes_max: int = 131_072
    # Bytes of packets outside the stream that wait for one client.
    unsequenced_bytes_max: int = 65_536
    # We say H when nothing was sent for so long (SoupBinTCP: 1 s).
    heartbeat_interval_ns: int = NANOSECONDS_PER_SECOND
    # A client that says nothing for so long is gone (SoupBinTCP: typically 15 s).
    client_silence_max_ns: int = 15 * NANOSECONDS_PER_SECOND
    # A client that is behind and accepts no byte for so long is disconnected.
    client_stall_max_ns: int = 60 * NANOSECONDS_PER_SECOND
