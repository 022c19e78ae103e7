"""Whom a call comes from: the local user or other host among which limits are shared."""

import ipaddress
from urllib.parse import unquote

from tradestack.net.addresses import Address, parse_address
from tradestack.net.origins import origin_between


def origin_of_call(peer: str, listening: Address) -> str:
    """Peer as gRPC names it, address of the port → origin (net/origins.py).

    peer := "ipv4:127.0.0.1:41234" | "ipv6:%5B::1%5D:41234"; whatever else there is, is one origin.
    """
    try:
        address = parse_address(unquote(peer.partition(":")[2]))
        return origin_between((_own_host(listening, address), listening.port), _pair(address))
    except ValueError:
        return ""


def _own_host(listening: Address, peer: Address) -> str:
    """Return where the peer has connected to: on the loopback, as a rule, its own address."""
    is_known = listening.is_numeric() and not ipaddress.ip_address(listening.host).is_unspecified
    return listening.host if is_known else peer.host


def _pair(address: Address) -> tuple[str, int]:
    return address.host, address.port
