"""Addresses of TCP ports, their texts, and connections to them.

address := host ":" port | "[" IPv6 "]" ":" port

A host is a name or a numeric address; names are resolved when connecting, never when parsing.
"""

import asyncio
import ipaddress
import os
import socket
from dataclasses import dataclass

PORT_MAX = 65535
LOCALHOST = "localhost"


@dataclass(frozen=True, slots=True)
class Address:
    """The host and port of a TCP server; to a listener, port 0 is any free port."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return the text that `parse_address` reads."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def is_numeric(self) -> bool:
        """Return whether the host is an IP address."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return False
        return True

    def is_loopback(self) -> bool:
        """Return whether only this host can reach it, as far as that is seen without resolving."""
        if self.is_numeric():
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == LOCALHOST

    def reaches(self, listening: "Address") -> bool:
        """Return whether a connection to this is accepted at `listening`, on this host.

        It is not seen of names other than localhost, and of this host's other addresses.
        """
        everywhere = ipaddress.ip_address(listening.host).is_unspecified
        return self.covers(listening) or (
            everywhere and self.port == listening.port and self.is_loopback()
        )

    def covers(self, other: "Address") -> bool:
        """Return whether a socket at `other`, a numeric address, is what was asked for by this."""
        if self.port not in (0, other.port):
            return False
        return self.host == other.host or (self.host == LOCALHOST and other.is_loopback())


def parse_address(text: str) -> Address:
    """`"127.0.0.1:8999"` → Address; raise ValueError that names what is allowed."""
    host, colon, port_text = text.strip().rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    if not colon or not host or (":" in host and not bracketed) or any(c.isspace() for c in host):
        raise ValueError(f"{text!r} is not an address; write HOST:PORT, as in 127.0.0.1:8999")
    if not (port_text.isascii() and port_text.isdigit() and int(port_text) <= PORT_MAX):
        raise ValueError(f"{text!r} has no port between 0 and {PORT_MAX}")
    return Address(host, int(port_text))


def name_of(socket_address: object) -> str:
    """An address of `getpeername()` or `accept()` → text for logs and listings."""
    if isinstance(socket_address, tuple) and len(socket_address) >= 2:
        return str(Address(str(socket_address[0]), int(socket_address[1])))
    return str(socket_address) or "unnamed"


def pending_error(connection: socket.socket) -> str:
    """Return the error that has broken the connection, "" if none has.

    uvloop does not call a reader or writer of a connection that was reset (libuv stops the handle
    on EPOLLERR), so users of readers and writers have to ask from time to time.
    """
    number = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    return os.strerror(number) if number else ""


async def connect(address: Address) -> socket.socket:
    """Return a connected non-blocking socket without Nagle's delay; raise OSError.

    Tries each address that the name resolves to in turn, and raises the last failure.
    """
    loop = asyncio.get_running_loop()
    candidates = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    failure: OSError = OSError(f"{address.host} has no address")
    for family, kind, protocol, _, target in candidates:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(0)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.sock_connect(connection, target)
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:  # cancelled: the socket would leak
            connection.close()
            raise
        else:
            return connection
    raise failure
