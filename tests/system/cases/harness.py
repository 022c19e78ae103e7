"""functions marked @case → CASES; what they ask systemd, the daemons and the file system with.

Runs inside the container on the release's own Python with nothing but the standard library. A case
fails by raising; its docstring says what holds. Cases run in the order of their definition and may
rely on those before them; `essential` ones end the run when they fail.
"""

import json
import re
import subprocess
import time
from collections.abc import Callable, Sequence
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
)
TARGET = "tradestack.target"
RUN = Path("/run/tradestack")
ORDER_LOG = Path("/var/log/tradestack/order_log.txt")
COMMAND_SECONDS_MAX = 240
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """One claim: `run` raises where it does not hold."""

    name: str
    run: Callable[[], None]
    releases: tuple[str, ...]
    essential: bool


CASES: dict[str, Case] = {}


def case(
    *, releases: tuple[str, ...] = EVERYWHERE, essential: bool = False
) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Registers a function as a case."""

    def register(run: Callable[[], None]) -> Callable[[], None]:
        CASES[run.__name__] = Case(run.__name__, run, releases, essential)
        return run

    return register


def sh(*command: str, stdin: str = "", status: int | None = 0) -> str:
    """The command's stdout; it must exit with `status` (None = any)."""
    finished = attempt(*command, stdin=stdin)
    if status is not None and finished.returncode != status:
        said = f"{finished.stdout[-1500:]}{finished.stderr[-3000:]}"
        raise AssertionError(f"{' '.join(command)}: exit {finished.returncode}: {said}")
    return finished.stdout


def attempt(*command: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """The finished command, whatever became of it."""
    return subprocess.run(
        command,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=COMMAND_SECONDS_MAX,
        check=False,
    )


def eventually(seconds: float, claim: str, probe: Callable[[], Any]) -> Any:
    """The probe's first true answer. Systemd and the daemons are asked again and again."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {claim}; last answer {answer!r}")
        time.sleep(POLL_SECONDS)  # noqa: TID251  another process is waited for


def state(unit: str, name: str = "ActiveState") -> str:
    """A property of a unit."""
    return sh("systemctl", "show", "--value", f"--property={name}", unit).strip()


def inactive_among(units: Sequence[str]) -> list[str]:
    """Those that are not active, with what they are."""
    return [f"{unit}: {it}" for unit in units if (it := state(unit)) != "active"]


def all_active() -> None:
    """Target, services and sockets are active, now."""
    wrong = inactive_among((TARGET, *SERVICES, *SOCKETS))
    assert not wrong, wrong


def main_pid(unit: str) -> int:
    """0 = none runs."""
    return int(state(unit, "MainPID"))


def stats() -> dict[str, Any]:
    """What `tradestackctl stats --json` says."""
    answer = json.loads(sh("tradestackctl", "stats", "--json"))
    assert isinstance(answer, dict)
    return answer


def order_numbers() -> list[int]:
    """The numbers in the order log, as they stand there."""
    if not ORDER_LOG.exists():
        return []
    return [int(each) for each in re.findall(r"Received Order (\d+):", ORDER_LOG.read_text())]


def orders_go_on(seconds: float = 30) -> None:
    """Another order arrives."""
    before = len(order_numbers())
    eventually(seconds, "another order in the log", lambda: len(order_numbers()) > before)


def nothing_lost() -> None:
    """While the feed pauses: every order of every strategy has its report, and the order log has
    each once, with numbers from 1 to the order manager's last without gap or repetition.
    """
    sh("tradestackctl", "pause")
    try:
        eventually(60, "every order has its report", _all_reported)
        numbers, last = order_numbers(), stats()["order_manager"]["last_order_id"]
        names = re.findall(r" ClOrdID=(\S+)", ORDER_LOG.read_text())
    finally:
        sh("tradestackctl", "resume")
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
