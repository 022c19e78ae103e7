"""The origin of a connection: the local user or other host among which limits are shared.

On one host everybody can connect from 127.0.0.0/8, so that an address there distinguishes nobody.
The kernel has the user id: SO_PEERCRED returns it for Unix sockets. For TCP there is no such
option; sock_diag(7) returns it for the peer's socket, which is on this host too. A query takes 10
µs, whatever the number of sockets (/proc/net/tcp lists all of them), and needs no privilege.

A daemon in a network namespace of its own (PrivateNetwork=) asks about that one and gets no answer;
then all of the loopback is one origin. An IPv6 origin is the /64 network: a host has 2⁶⁴ addresses.
"""

import ipaddress
import socket
import struct

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST = 1
STATES_ALL = 0xFFFFFFFF
TCP_ESTABLISHED = 1
REPLY_BYTES_MAX = 4_096
IPV6_NETWORK_BITS = 64
NETLINK_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
INET_DIAG_REQUEST = struct.Struct("=BBBxI")  # family, protocol, extensions, states
INET_DIAG_PORTS = struct.Struct(">HH")
INET_DIAG_NO_COOKIE = struct.pack("=III", 0, STATES_ALL, STATES_ALL)  # any interface, any cookie
INET_DIAG_REPLY = struct.Struct("=BB62xI")  # family, state, …, uid
PEER_CREDENTIALS = struct.Struct("=iII")  # struct ucred: pid, uid, gid


def origin_of(connection: socket.socket) -> str:
    """Return what all connections of one local user, or of one other host, have in common."""
    try:
        if connection.family == socket.AF_UNIX:
            return f"uid {_peer_uid(connection)}"
        own, peer = connection.getsockname(), connection.getpeername()
    except OSError:
        return ""  # the peer has gone
    return origin_between(own[:2], peer[:2])


def origin_between(own: tuple[str, int], peer: tuple[str, int]) -> str:
    """Return the origin of a TCP connection: its addresses, numeric, on this side and the other."""
    address = ipaddress.ip_address(peer[0].partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_loopback and (uid := _uid_of(address, peer[1], own)) is not None:
        return f"uid {uid}"
    if address.is_loopback:
        return "loopback"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
    return str(address)


def _peer_uid(connection: socket.socket) -> int:
    credentials = connection.getsockopt(
        socket.SOL_SOCKET, socket.SO_PEERCRED, PEER_CREDENTIALS.size
    )
    uid: int = PEER_CREDENTIALS.unpack(credentials)[1]
    return uid


def _uid_of(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, own: tuple[str, int]
) -> int | None:
    """Return the user id that the peer's socket belongs to; None if the kernel does not say."""
    own_address = ipaddress.ip_address(own[0])
    if isinstance(own_address, ipaddress.IPv6Address) and own_address.ipv4_mapped is not None:
        own_address = own_address.ipv4_mapped
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    request = (
        INET_DIAG_REQUEST.pack(family, socket.IPPROTO_TCP, 0, STATES_ALL)
        + INET_DIAG_PORTS.pack(port, own[1])
        + address.packed.ljust(16, b"\0")
        + own_address.packed.ljust(16, b"\0")
        + INET_DIAG_NO_COOKIE
    )
    header = NETLINK_HEADER.pack(
        NETLINK_HEADER.size + len(request), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0
    )
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as kernel:
            kernel.settimeout(0)  # the kernel answers within the send
            kernel.send(header + request)
            reply = kernel.recv(REPLY_BYTES_MAX)
    except OSError:
        return None
    if NETLINK_HEADER.unpack_from(reply)[1] != SOCK_DIAG_BY_FAMILY:
        return None  # no such socket in this network namespace
    _, state, uid = INET_DIAG_REPLY.unpack_from(reply, NETLINK_HEADER.size)
    # A socket whose process has closed it belongs to nobody, which reads as 0.
    return uid if state == TCP_ESTABLISHED else None
