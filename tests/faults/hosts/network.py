"""Hosts on a switch, in a network of their own whose cables can be pulled.

    this process, 10.77.0.254 ─ switch ─┬─ cable-a ═ host a, 10.77.0.1
                                        ├─ cable-b ═ host b, 10.77.0.2
                                        └─ …

All of it is inside the network namespace of this process, which has to be its own (unshare(1)): it
is gone when the last process in there has ended, however that happens.
"""

import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Self

from tests.kit.two_hosts import CABLE, Host

_PREFIX = "10.77.0."
_OWN_ADDRESS = f"{_PREFIX}254/24"
_SWITCH = "switch"


class Network:
    """A context manager that is entered when the hosts reach each other."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self.hosts: dict[str, Host] = {}

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            _ip("link", "add", _SWITCH, "type", "bridge")
            opened.callback(_ip, "link", "delete", _SWITCH)
            _ip("address", "add", _OWN_ADDRESS, "dev", _SWITCH)
            _ip("link", "set", _SWITCH, "up")
            for number, name in enumerate(self._names, 1):
                host = Host(f"{_PREFIX}{number}")
                opened.callback(host.close)
                self.hosts[name] = host
                self._connect(opened, name, host)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def _connect(self, opened: ExitStack, name: str, host: Host) -> None:
        end = ("peer", "name", CABLE, "netns", str(host.pid))
        _ip("link", "add", _cable(name), "type", "veth", *end)
        opened.callback(_ip, "link", "delete", _cable(name))
        _ip("link", "set", _cable(name), "master", _SWITCH, "up")
        host.run("ip", "address", "add", f"{host.address}/24", "dev", CABLE)
        host.run("ip", "link", "set", CABLE, "up")

    def pull(self, name: str) -> None:
        """Cut a host off from all others."""
        _ip("link", "set", _cable(name), "down")

    def plug(self, name: str) -> None:
        """Connect it again."""
        _ip("link", "set", _cable(name), "up")


def _cable(name: str) -> str:
    return f"{CABLE}-{name}"


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
