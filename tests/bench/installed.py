"""Debian release → the stack as install.sh leaves it, under a systemd that booted in a container.

Commands run in the container's namespaces (nsenter). Its processes are the kernel's like all
others, so what they use is read from outside, where process ids are the host's.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.faults import NotMeasured
from bench.process_tree import children
from tests.system.copy_of_release import PIP_ENVIRONMENT, boot, copy_of
from tests.system.releases import RELEASES, Release

NEEDED = ("systemd-nspawn", "debootstrap", "nsenter")
TARGET = "tradestack.target"
SERVICES = ("gateway", "order-manager", "strategy@news")
WRITERS = SERVICES[:2]  # a strategy has no file
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}
BOOT_SECONDS_MAX = 60.0
COMMAND_SECONDS_MAX = 240.0
STOP_SECONDS_MAX = 20.0
DATAGRAM_LENGTH_MAX = 4_096


@dataclass(frozen=True, slots=True)
class Installed:
    """A booted release; leader: the host's process id of its systemd."""

    release: Release
    leader: int

    def run(self, *command: str) -> str:
        """What the command prints in the container. Raises NotMeasured when it fails."""
        finished = subprocess.run(
            ["nsenter", f"--target={self.leader}", "--all", "--", *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=ENVIRONMENT,
            text=True,
            timeout=COMMAND_SECONDS_MAX,
            check=False,
        )
        if finished.returncode:
            said = f"{finished.stdout[-500:]}{finished.stderr[-1_500:]}"
            raise NotMeasured(f"{' '.join(command)}: exit {finished.returncode}: {said}")
        return finished.stdout

    def start_s(self, target: str) -> float:
        """From the exec of `systemctl start` to its end: all that the target wants is ready."""
        began_s = time.monotonic()
        self.run("systemctl", "start", target)
        return time.monotonic() - began_s

    def forget(self) -> None:
        """Stops the stack and removes what it has written, as before its first start."""
        # By name: who stops the target alone does not wait for them.
        self.run("systemctl", "stop", TARGET, "tradestack-*.service", "tradestack-*.socket")
        self.run("systemctl", "clean", "--what=state", "--what=logs", *map(_service, WRITERS))

    def daemons(self) -> list[int]:
        """The main processes of gateway, order manager and strategy. Raises NotMeasured."""
        found = {_unit(pid): pid for pid in children(self.leader)}
        missing = [name for name in SERVICES if _service(name) not in found]
        if missing:
            raise NotMeasured(f"not running in the container: {', '.join(missing)}")
        return [found[_service(name)] for name in SERVICES]


@contextmanager
def installed_stack(units: Mapping[str, str]) -> Iterator[Installed]:
    """By install.sh on the oldest release; these units stand beside the stack's."""
    if os.geteuid() != 0:
        raise NotMeasured("a booted container needs root")
    if missing := [program for program in NEEDED if shutil.which(program) is None]:
        raise NotMeasured(f"a booted container needs {', '.join(missing)}")
    release = RELEASES[0]
    directory = copy_of(release, units)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.settimeout(BOOT_SECONDS_MAX)
        notified.bind(str(directory / "ready"))
        process = boot(
            release, directory, "--notify-ready=yes", NOTIFY_SOCKET=str(directory / "ready")
        )
        try:
            installed = Installed(release, _leader(notified, directory))
            installed.run("env", *PIP_ENVIRONMENT.split(), "/root/tradestack/install.sh", "--now")
            yield installed
        finally:
            _end(process)
            shutil.rmtree(directory)


def _leader(notified: socket.socket, directory: Path) -> int:
    """Waits until the container has booted: sd_notify(3) of systemd-nspawn(1) --notify-ready=."""
    leader = 0
    while True:
        try:
            words = notified.recv(DATAGRAM_LENGTH_MAX).decode().splitlines()
        except TimeoutError:
            console = (directory / "console.txt").read_text(errors="replace")
            raise NotMeasured(f"the container did not boot: {console[-1_500:]}") from None
        for word in words:
            name, _, value = word.partition("=")
            if name == "X_NSPAWN_LEADER_PID":
                leader = int(value)
        if "READY=1" in words and leader:
            return leader


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()  # which nspawn passes on as the order to shut down
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _service(name: str) -> str:
    return f"tradestack-{name}.service"


def _unit(pid: int) -> str:
    """The last part of the process's control group."""
    return Path(f"/proc/{pid}/cgroup").read_text().strip().rpartition("/")[2]
