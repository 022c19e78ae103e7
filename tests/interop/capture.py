"""A network namespace in which every packet is captured, for Wireshark's dissector.

    unshare ─► dumpcap on its loopback ─► pipe, read at the end ─► file ─► tshark

Only the stack runs in the namespace, so a capture holds one run and nothing else. A datagram marks
its end: when that has been captured, so has everything before it.
"""

import os
import re
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

DEADLINE_S = 60.0
END = b"end of the capture"
# Kept for us by the kernel until we read: many times what a short run sends.
BUFFER_MIB = 32
DISCARD_PORT = 9

COMMAND = 'ip link set lo up && exec dumpcap -q -i lo -B "$1" -w -'


class Capture:
    """Captures from the beginning of the `with` block to `finish`."""

    def __enter__(self) -> Self:
        self._dumpcap = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", COMMAND, "capture", str(BUFFER_MIB)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        assert self._dumpcap.stderr is not None
        said = b""
        for line in self._dumpcap.stderr:
            if line.startswith(b"File: "):  # it is said when it captures
                return self
            said += line
        raise AssertionError(said.decode())

    def __exit__(self, *_: object) -> None:
        self._dumpcap.kill()
        self._dumpcap.communicate()

    @property
    def within(self) -> Sequence[str]:
        """The command that runs another one in this namespace."""
        return ("nsenter", f"--net=/proc/{self._dumpcap.pid}/ns/net", "--")

    def finish(self, path: Path) -> None:
        """Write all packets up to now to a file."""
        last = f"printf '{END.decode()}' >/dev/udp/127.0.0.1/{DISCARD_PORT}"
        subprocess.run([*self.within, "bash", "-c", last], check=True)
        captured = b""
        while END not in captured:
            captured += self._read()
        self._dumpcap.send_signal(signal.SIGINT)
        while chunk := self._read():
            captured += chunk
        assert self._dumpcap.stderr is not None
        assert re.search(rb"received/dropped on .*: \d+/0 ", self._dumpcap.stderr.read())
        path.write_bytes(captured)

    def _read(self) -> bytes:
        assert self._dumpcap.stdout is not None
        descriptor = self._dumpcap.stdout.fileno()
        assert select.select([descriptor], [], [], DEADLINE_S)[0], "dumpcap hangs"
        return os.read(descriptor, 1 << 20)


class Dissection:
    """The capture as tshark decodes it, with these ports as SoupBinTCP."""

    def __init__(self, path: Path, ports: Sequence[int]) -> None:
        decode = [option for port in ports for option in ("-d", f"tcp.port=={port},soupbintcp")]
        self._command = ["tshark", "-r", str(path), *decode]

    def frames(self, wanted: str, *fields: str) -> list[list[str]]:
        """Return fields of each frame that the display filter accepts."""
        columns = [option for field in fields for option in ("-e", field)]
        lines = self._run("-Y", wanted, "-T", "fields", *columns).splitlines()
        return [line.split("\t") for line in lines]

    def packet_types(self, server_port: int) -> Mapping[int, tuple[str, str]]:
        """Return the types of the packets from client and server, in order, by the client's port.

        tcp.stream is not used: the dissector makes two of each connection, split at the login.
        """
        frames = self.frames(
            f"soupbintcp && tcp.port == {server_port}",
            *("tcp.srcport", "tcp.dstport", "soupbintcp.packet_type"),
        )
        connections: dict[int, tuple[str, str]] = {}
        for source, destination, types in frames:
            letters = "".join(re.findall(r"'(.)'", types))
            if int(destination) == server_port:
                client, server = connections.get(int(source), ("", ""))
                connections[int(source)] = (client + letters, server)
            else:
                client, server = connections.get(int(destination), ("", ""))
                connections[int(destination)] = (client, server + letters)
        return connections

    def sequence_numbers(self, client_port: int) -> list[int]:
        """Return the numbers that the dissector counted since the login."""
        text = self._run("-Y", f"soupbintcp && tcp.dstport == {client_port}", "-O", "soupbintcp")
        return [int(number) for number in re.findall(r"^SoupBinTCP.*SeqNum=(\d+)", text, re.M)]

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._command, *arguments], capture_output=True, text=True, timeout=DEADLINE_S
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
