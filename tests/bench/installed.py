"""The stack as install.sh installs it, under a systemd that booted in a container.

Commands run in the container's namespaces (nsenter). Its processes have pids of the host too, by
which their memory and processor time are read from outside.
"""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.faults import NotMeasured
from tests.bench.process_tree import children
from tests.system.copy_of_release import (
    PIP_ENVIRONMENT,
    boot,
    copy_of,
    remove_copy,
    what_is_missing,
)
from tests.system.releases import RELEASES, Release

TARGET = "tradestack.target"
SERVICES = ("gateway", "order-manager", "strategy@news")
WRITERS = SERVICES[:2]  # a strategy has no file
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
}
BOOT_SECONDS_MAX = 300.0
LOOK_SECONDS = 1.0
COMMAND_SECONDS_MAX = 240.0
STOP_SECONDS_MAX = 20.0
DATAGRAM_LENGTH_MAX = 4_096


@dataclass(frozen=True, slots=True)
class Installed:
    """A booted release; leader: the host's pid of its systemd."""

    release: Release
    leader: int

    def run(self, *command: str) -> str:
        """Run a command in the container; return its output. Raises NotMeasured if it fails."""
        try:
            finished = subprocess.run(
                ["nsenter", f"--target={self.leader}", "--all", "--", *command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=ENVIRONMENT,
                text=True,
                timeout=COMMAND_SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired as fault:
            raise NotMeasured(f"{' '.join(command)}: no end in {fault.timeout:g} s") from fault
        if finished.returncode:
            said = f"{finished.stdout[-500:]}{finished.stderr[-1_500:]}"
            raise NotMeasured(f"{' '.join(command)}: exit {finished.returncode}: {said}")
        return finished.stdout

    def start_s(self, target: str) -> float:
        """Return the duration of `systemctl start`, which returns when all units are ready."""
        began_s = time.monotonic()
        self.run("systemctl", "start", target)
        return time.monotonic() - began_s

    def forget(self) -> None:
        """Stop the stack and remove its files, as before its first start."""
        # By name: who stops the target alone does not wait for them.
        self.run("systemctl", "stop", TARGET, "tradestack-*.service", "tradestack-*.socket")
        self.run("systemctl", "clean", "--what=state", "--what=logs", *map(_service, WRITERS))

    def daemons(self) -> list[int]:
        """Return the main pids of the three daemons. Raises NotMeasured."""
        found = {_unit(pid): pid for pid in children(self.leader)}
        missing = [name for name in SERVICES if _service(name) not in found]
        if missing:
            raise NotMeasured(f"not running in the container: {', '.join(missing)}")
        return [found[_service(name)] for name in SERVICES]


@contextmanager
def installed_stack(units: Mapping[str, str]) -> Iterator[Installed]:
    """Install on the oldest release, with these units beside the stack's. Raises NotMeasured."""
    if missing := what_is_missing():
        raise NotMeasured(missing)
    release = RELEASES[0]
    try:
        directory = copy_of(release, units)
    except (RuntimeError, OSError, subprocess.CalledProcessError) as fault:
        raise NotMeasured(f"no container of {release.codename}: {fault}") from fault
    try:
        with _booted(release, directory) as leader:
            installed = Installed(release, leader)
            installed.run("env", *PIP_ENVIRONMENT.split(), "/root/tradestack/install.sh", "--now")
            yield installed
    finally:
        # Of a container that had to be killed something may be left: the next one removes it.
        remove_copy(directory)


@contextmanager
def _booted(release: Release, directory: Path) -> Iterator[int]:
    """Boot; yield the pid of the container's systemd once it has reached its default target."""
    address = directory / "ready"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.settimeout(LOOK_SECONDS)
        notified.bind(str(address))
        process = boot(release, directory, "--notify-ready=yes", NOTIFY_SOCKET=str(address))
        try:
            leader = _leader(notified, process)
            if not leader:
                console = (directory / "console.txt").read_text(errors="replace")
                raise NotMeasured(f"the container did not boot: {console[-1_500:]}")
            yield leader
        finally:
            _end(process)


def _leader(notified: socket.socket, process: "subprocess.Popen[bytes]") -> int:
    """Return the pid that systemd-nspawn sends (--notify-ready=); 0 if it ends or is late."""
    leader = 0
    deadline_s = time.monotonic() + BOOT_SECONDS_MAX
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            words = notified.recv(DATAGRAM_LENGTH_MAX).decode().splitlines()
        except TimeoutError:
            continue
        for word in words:
            name, _, value = word.partition("=")
            if name == "X_NSPAWN_LEADER_PID":
                leader = int(value)
        if "READY=1" in words:
            return leader
    return 0


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()  # which nspawn passes on as the order to shut down
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()


def _service(name: str) -> str:
    return f"tradestack-{name}.service"


def _unit(pid: int) -> str:
    """Return the last part of the process's control group, empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cgroup").read_text().strip().rpartition("/")[2]
    except (FileNotFoundError, ProcessLookupError):
        return ""
