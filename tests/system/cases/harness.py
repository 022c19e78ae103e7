"""The registry of cases, and the functions with which they check systemd, daemons and files.

This runs inside the container with the release's own Python and only the standard library. A case
fails by raising an exception. Cases run in the order of their definition and may rely on earlier
ones; if an `essential` one fails, the rest is not run.
"""

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EVERYWHERE = ("bookworm", "trixie")
DAEMONS = ("tradestack-gateway", "tradestack-order-manager", "tradestack-strategy@news")
SERVICES = tuple(f"{daemon}.service" for daemon in DAEMONS)
SOCKETS = (
    "tradestack-gateway.socket",
    "tradestack-gateway-control.socket",
    "tradestack-order-manager.socket",
    "tradestack-order-manager-control.socket",
    "tradestack-strategy-control@news.socket",
    "tradestack-web.socket",
    "tradestack-web-local.socket",
    "tradestack-web-control.socket",
)
TARGET = "tradestack.target"
RUN = Path("/run/tradestack")
ORDER_LOG = Path("/var/log/tradestack/order_log.txt")
COMMAND_SECONDS_MAX = 600
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """A test case; `run` raises an exception if it fails."""

    name: str
    run: Callable[[], None]
    releases: tuple[str, ...]
    essential: bool


CASES: dict[str, Case] = {}


def case(
    *, releases: tuple[str, ...] = EVERYWHERE, essential: bool = False
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a function as a case."""

    def register(run: Callable[[], None]) -> Callable[[], None]:
        CASES[run.__name__] = Case(run.__name__, run, releases, essential)
        return run

    return register


def sh(*command: str, stdin: str = "", status: int | None = 0) -> str:
    """Run a command that has to exit with `status` (None: any) and return its stdout."""
    finished = attempt(*command, stdin=stdin)
    if status is not None and finished.returncode != status:
        output = f"{finished.stdout[-1500:]}{finished.stderr[-3000:]}"
        raise AssertionError(f"{' '.join(command)}: exit {finished.returncode}: {output}")
    return finished.stdout


def attempt(*command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command and return its result, whatever its exit status."""
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    )


def eventually(seconds: float, claim: str, probe: Callable[[], Any]) -> Any:
    """Repeat the probe until its answer is true, and return that."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {claim}; last answer {answer!r}")
        time.sleep(POLL_SECONDS)  # noqa: TID251  waits for another process


def state(unit: str, name: str = "ActiveState") -> str:
    """Return a property of a unit."""
    return sh("systemctl", "show", "--value", f"--property={name}", unit).strip()


def inactive_among(units: Sequence[str]) -> list[str]:
    """List the units that are not active, each with its state."""
    return [
        f"{unit}: {active_state}" for unit in units if (active_state := state(unit)) != "active"
    ]


def all_active() -> None:
    """Assert that target, services and sockets are active."""
    inactive = inactive_among((TARGET, *SERVICES, *SOCKETS))
    assert not inactive, inactive


def main_pid(unit: str) -> int:
    """Return the pid of the service's main process, or 0."""
    return int(state(unit, "MainPID"))


def stats() -> dict[str, Any]:
    """Return the object that `tradestackctl stats --json` prints."""
    answer = json.loads(sh("tradestackctl", "stats", "--json"))
    assert isinstance(answer, dict)
    return answer


def order_numbers() -> list[int]:
    """List the order numbers in the order log."""
    if not ORDER_LOG.exists():
        return []
    return [int(each) for each in re.findall(r"Received Order (\d+):", ORDER_LOG.read_text())]


def orders_go_on(seconds: float = 30) -> None:
    """Assert that another order arrives."""
    before = len(order_numbers())
    eventually(seconds, "another order in the log", lambda: len(order_numbers()) > before)


@contextmanager
def feed_paused() -> Iterator[None]:
    """Publish nothing until the block ends: its feed session does not end meanwhile either."""
    sh("tradestackctl", "pause")
    try:
        yield
    finally:
        sh("tradestackctl", "resume")


def nothing_lost() -> None:
    """Assert that every order has its report and is in the order log exactly once.

    The feed is paused meanwhile. Order numbers run from 1 to the order manager's last without gaps.
    """
    with feed_paused():
        eventually(60, "every order has its report", _all_reported)
        numbers, last = order_numbers(), stats()["order_manager"]["last_order_id"]
        names = re.findall(r"Received Order .* ClOrdID=(\S+)", ORDER_LOG.read_text())
    assert numbers == list(range(1, last + 1)), numbers
    assert len(set(names)) == len(names) == last


def _all_reported() -> bool:
    return all(
        strategy is not None
        and strategy["state"] == "live"
        and strategy["lag"] == strategy["orders_pending"] == 0
        and strategy["orders_sent"] == strategy["orders_acknowledged"]
        for strategy in stats()["strategies"].values()
    )
