"""The installation on a new minimal system, up to the first order."""

import sys
import time
from pathlib import Path

from tests.system.cases.files import every_path, note_files
from tests.system.cases.harness import (
    ORDER_LOG,
    SERVICES,
    SOCKETS,
    TARGET,
    all_active,
    attempt,
    case,
    eventually,
    inactive_among,
    order_numbers,
    sh,
)

installed_at = 0.0


@case(essential=True)
def fresh_system() -> None:
    """The system has neither python3-venv nor anything of tradestack."""
    note_files()

    assert attempt(sys.executable, "-c", "import ensurepip").returncode != 0
    assert not [path for path in every_path() if "tradestack" in path]
    assert attempt("getent", "passwd", "tradestack").returncode == 2


@case(essential=True)
def install_now() -> None:
    """`./install.sh --now` installs missing packages and prints nothing to stdout."""
    global installed_at

    printed = sh("./install.sh", "--now")

    installed_at = time.monotonic()
    assert printed == ""


@case(essential=True)
def active_within_10_s() -> None:
    """Target, services and sockets are active within 10 s of the installation."""
    left = 10 - (time.monotonic() - installed_at)
    units = (TARGET, *SERVICES, *SOCKETS)
    eventually(left, "all units are active", lambda: not inactive_among(units))

    all_active()


@case(essential=True)
def first_order_within_30_s() -> None:
    """The first order is in order_log.txt within 30 s, in the documented form."""
    left = 30 - (time.monotonic() - installed_at)
    eventually(left, "an order in the log", order_numbers)

    line = ORDER_LOG.read_text().splitlines()[0]
    for part in ("Z Received Order 1: ", " @ ", " news sentiment=", " ClOrdID=", " user=news"):
        assert part in line, line


@case()
def enabled_at_boot() -> None:
    """The stack is enabled for the next boot."""
    for unit in (TARGET, "tradestack-strategy@news.service"):
        assert sh("systemctl", "is-enabled", unit, status=None).strip() == "enabled"


@case()
def install_again_changes_nothing() -> None:
    """Installing the same sources again restarts nothing, adds no file and keeps the data."""
    pids = [sh("systemctl", "show", "--value", "-p", "MainPID", unit) for unit in SERVICES]
    files = sh("find", "/etc/tradestack", "/usr/local", "-not", "-name", "*.pyc")
    played = Path("/usr/local/share/tradestack/data/prices.csv").stat()
    Path("data/prices.csv").touch()  # as another checkout has it

    sh("./install.sh", "--now")

    assert pids == [sh("systemctl", "show", "--value", "-p", "MainPID", unit) for unit in SERVICES]
    assert files == sh("find", "/etc/tradestack", "/usr/local", "-not", "-name", "*.pyc")
    assert Path("/usr/local/share/tradestack/data/prices.csv").stat().st_mtime == played.st_mtime
