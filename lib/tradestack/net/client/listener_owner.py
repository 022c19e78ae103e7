"""The user whose process listens at an address of this host, checked before a password is sent.

A port of the loopback address belongs to the first process that binds it. The kernel's table of
listening sockets names the user and the inode of each. It is read before and after the connection
is made: at one address and port only one user can listen at a time, so a socket that was there both
times was there in between, and has the connection. One look would not be enough: the process that
accepted the connection could have left the port to the real server by then.

Connections to other hosts are not checked; neither is one through a tunnel whose end is a process
of a trusted user.
"""

import contextlib
import ipaddress
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tradestack.store.shared_memory.trusted_users import is_trusted

_TABLES = (Path("/proc/self/net/tcp"), Path("/proc/self/net/tcp6"))
# States in the tables, which begin with listening sockets and, before Linux 4.4, their requests.
_LISTENING, _REQUESTED = "0A", "03"

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class ServerNotTrusted(OSError):
    """A user who is not trusted listens at the server's address; no password was sent."""


class Listener(NamedTuple):
    """A listening socket: its address as the table has it, its owner's uid, its inode."""

    address: str
    uid: int
    inode: str


def listeners_at(port: int) -> frozenset[Listener]:
    """Return the sockets of this host that listen at the port, of any address."""
    return frozenset(_read_listeners(f":{port:04X}"))


def require_trusted_listener(
    connection: socket.socket, before: frozenset[Listener], users: tuple[str, ...]
) -> None:
    """Raise ServerNotTrusted unless the server is another host, or its user is trusted.

    before: what `listeners_at` returned before the connection was made. users: are trusted, and so
    is the user of this process.
    """
    host, port = connection.getpeername()[:2]
    peer, own = _ip_address(host), _ip_address(connection.getsockname()[0])
    if not peer.is_loopback and peer != own:
        return
    now = listeners_at(port)
    for addresses in _by_precedence(peer):
        serving = [each for each in now if each.address in addresses]
        if serving:
            break
    else:
        problem = f"no process of this host listens at {host}:{port} any more"
        if not any(table.exists() for table in _TABLES):
            problem = f"{_TABLES[0]}, which tells who listens, does not exist: mount /proc"
        raise ServerNotTrusted(problem)
    for listener in serving:
        if listener not in before:
            raise ServerNotTrusted(f"the process that listens at {host}:{port} has just changed")
        if not is_trusted(listener.uid, users):
            raise ServerNotTrusted(f"a process of uid {listener.uid} listens at {host}:{port}")


def _read_listeners(port: str) -> Iterator[Listener]:
    for table in _TABLES:
        with contextlib.suppress(FileNotFoundError), table.open(encoding="ascii") as lines:
            next(lines, None)  # the names of the columns
            for line in lines:
                _, local, _, state, _, _, _, uid, _, inode, *_ = line.split()
                if state not in (_LISTENING, _REQUESTED):
                    break  # connections, of which there may be many thousands
                if state == _LISTENING and local.endswith(port):
                    yield Listener(local.removesuffix(port), int(uid), inode)


def _by_precedence(peer: IpAddress) -> tuple[tuple[str, ...], ...]:
    """Return the addresses of the table at which the peer may listen, the most exact first."""
    if isinstance(peer, ipaddress.IPv4Address):
        mapped = ipaddress.IPv6Address(f"::ffff:{peer}")
        any_v4 = (_in_table(ipaddress.IPv4Address(0)),)
        return (_in_table(peer), _in_table(mapped)), any_v4, (_in_table(ipaddress.IPv6Address(0)),)
    return (_in_table(peer),), (_in_table(ipaddress.IPv6Address(0)),)


def _in_table(address: IpAddress) -> str:
    """Address → hexadecimal words of 32 bits in the order of this processor, as in the table."""
    packed = address.packed
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words)


def _ip_address(host: str) -> IpAddress:
    address = ipaddress.ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
