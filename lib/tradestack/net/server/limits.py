"""What a session server allows each connection, and all of them together."""

from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.allowance import Rate
from tradestack.wire.soup import HEADER_LENGTH, PAYLOAD_LENGTH_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """Every number that bounds a session server; a server's may be replaced while it runs."""

    # Logged-in connections; with logins_pending_max it bounds the file descriptors.
    clients_max: int = 256
    # Logged-in connections of one user; a further login replaces the oldest of them.
    connections_per_user_max: int = 32
    # Connections that have not logged in yet; at the limit a new one displaces one of them.
    logins_pending_max: int = 64
    # From accept to login request; a client that only connects must not hold a place.
    login_deadline_ns: int = 5 * NANOSECONDS_PER_SECOND
    # Bytes of a client's longest packet, header included.
    packet_length_max: int = HEADER_LENGTH + PAYLOAD_LENGTH_MAX
    # Bytes received from one client at a time: all the memory of the server for what it sends.
    receive_bytes_max: int = 16_384
    # Bytes that the kernel keeps of what one client sends (SO_RCVBUF, doubled like SO_SNDBUF): what
    # the next login of its user has to wait for. By itself it grows to 6 MiB.
    receive_buffer_bytes: int = 131_072
    # Packets of one client handled at a time, and packets of all in one pass of the loop (as many
    # of those that wait as of others): what a message of another client may have to wait for. An
    # order costs some 7 µs, a turn of one packet 6 µs, mostly for the call that receives it.
    turn_packets_max: int = 64
    pass_packets_max: int = 16
    # Messages of one connection: beyond, it is not read for a while. At most a turn at once, since
    # more would let a client save up for a burst that delays others.
    messages: Rate = Rate(10_000, 64)  # noqa: RUF009 - a frozen value
    # Packets of one connection that ask for nothing (R, +): R is due once a second, and some may
    # have waited while the server was suspended. Beyond, the client violates the protocol.
    control: Rate = Rate(100, 200)  # noqa: RUF009 - a frozen value
    # Messages of one connection that are not well-formed: a broken program, and each is journalled.
    malformed_messages_max: int = 100
    # Bytes read ahead for one client: all the memory of the server that a slow one costs.
    send_chunk_bytes_max: int = 131_072
    # Bytes that the kernel keeps for one client (SO_SNDBUF; the kernel doubles the number for its
    # own bookkeeping). The default grows to 4 MiB for each stalled client, and does not make
    # replays faster.
    send_buffer_bytes: int = 131_072
    # Bytes to all that replay, in one pass of the loop: what a live client may have to wait for.
    # More does not make replays faster (tests/net/isolation.py); a long chunk does.
    replay_pass_bytes_max: int = 131_072
    # Sends in one pass to connections that are up to date, of users of whom one was served at once:
    # what the first connection of another user may have to wait for, some 10 µs each.
    further_pass_sends_max: int = 8
    # Bytes of packets outside the stream that wait for one client.
    unsequenced_bytes_max: int = 65_536
    # The server sends H after this time without another packet (SoupBinTCP: 1 s).
    heartbeat_interval_ns: int = NANOSECONDS_PER_SECOND
    # A client that sends nothing for this time is disconnected (SoupBinTCP: typically 15 s).
    client_silence_max_ns: int = 15 * NANOSECONDS_PER_SECOND
    # A client that is behind and accepts no byte for this time is disconnected.
    client_stall_max_ns: int = 60 * NANOSECONDS_PER_SECOND
