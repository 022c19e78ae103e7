"""Two hosts: network namespaces with a cable between them."""

import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Self

from tests.kit.prerequisites import need_own_network

ADDRESSES = ("10.77.0.1", "10.77.0.2")  # private to the namespaces
CABLE = "cable"


class Host:
    """A network namespace, held by a process of its own."""

    def __init__(self, address: str) -> None:
        self.address = address
        command = "ip link set lo up && echo ready && exec cat"
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"ready\n"

    @property
    def pid(self) -> int:
        """The process whose namespace it is."""
        return self._holder.pid

    @property
    def within(self) -> Sequence[str]:
        """The command that runs another one on this host."""
        return ("nsenter", f"--net=/proc/{self.pid}/ns/net", "--")

    def run(self, *command: str) -> None:
        """Run a command there."""
        subprocess.run([*self.within, *command], check=True)

    def close(self) -> None:
        """End the holder; the namespace ends with its last process."""
        self._holder.communicate()


class TwoHosts:
    """A context manager that is entered when the hosts reach each other."""

    def __enter__(self) -> Self:
        need_own_network()
        with ExitStack() as opened:
            self.first, self.second = (Host(address) for address in ADDRESSES)
            for host in (self.first, self.second):
                opened.callback(host.close)
            ends = (CABLE, "netns", str(self.second.pid))
            self.first.run("ip", "link", "add", CABLE, "type", "veth", "peer", "name", *ends)
            for host in (self.first, self.second):
                host.run("ip", "address", "add", f"{host.address}/24", "dev", CABLE)
                host.run("ip", "link", "set", CABLE, "up")
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def pull_cable(self) -> None:
        """Cut the hosts off from each other."""
        self.first.run("ip", "link", "set", CABLE, "down")

    def plug_cable(self) -> None:
        """Connect them again."""
        self.first.run("ip", "link", "set", CABLE, "up")
