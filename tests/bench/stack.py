"""The whole stack: by `tradestackctl up`, or daemon by daemon with configs of its own."""

import select
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.daemon import PASSWORD, Daemon, user_name
from tests.bench.faults import NotMeasured
from tests.bench.placement import Placement
from tests.bench.workshop import STACK_PYTHON

READY_LINE = b"tradestackctl --runtime-dir"  # what `up` says when all are ready
POLL_S = 0.001
END_DEADLINE_S = 60.0


@dataclass(frozen=True, slots=True)
class Stack:
    """The three daemons, running."""

    gateway: Daemon
    order_manager: Daemon
    strategy: Daemon

    def pids(self) -> list[int]:
        """Return the pids of the daemons."""
        return [self.gateway.pid, self.order_manager.pid, self.strategy.pid]

    def set_pace(self, pace: str) -> None:
        """Set the gateway's pace."""
        self.gateway.call("io.tradestack.Gateway.SetPace", pace=pace)

    def pause(self) -> None:
        """Pause the source; return when the strategy has received every published tick."""
        self.gateway.call("io.tradestack.Gateway.Pause")
        self.strategy.wait_for("sequence_processed", self.gateway.stats()["head"])
        self.strategy.wait_for("orders_pending", 0)


@contextmanager
def running_stack(
    directory: Path,
    gateway: Mapping[str, object],
    placement: Placement = Placement.FREE,
    strategy: Mapping[str, object] | None = None,
) -> Iterator[Stack]:
    """Run the stack; the strategy, by default `news`, is logged in at both others.

    gateway, strategy: keys of their config.
    """
    password = directory / "password"
    password.write_text(PASSWORD)
    prefix = placement.server()
    with ExitStack() as stack:
        feed = stack.enter_context(Daemon("gateway", directory, gateway, prefix=prefix))
        executed = {
            "execution": {"model": "tape"},
            "feed_log_directory": str(directory / "gateway-state"),
        }
        orders = stack.enter_context(Daemon("order-manager", directory, executed, prefix=prefix))
        values = {
            "strategy": "news",
            "quantity": "10",
            "user": user_name(0),
            "password_file": str(password),
            "feed": f"127.0.0.1:{feed.port}",
            "orders": f"127.0.0.1:{orders.port}",
            **(strategy or {}),
        }
        trader = stack.enter_context(
            Daemon("strategy", directory, values, arguments=["news"], prefix=prefix)
        )
        trader.wait_for("connected_feed", True)
        yield Stack(feed, orders, trader)
        for daemon in (trader, orders, feed):
            daemon.stop()


def startup_s(directory: Path, arguments: Sequence[str]) -> float:
    """Return the time from the start of `tradestackctl up` to readiness. Raises NotMeasured."""
    main = "import sys; from tradestack.ctl.__main__ import main; sys.exit(main())"
    log = directory / "up.log"
    began_s = time.monotonic()
    with log.open("wb") as said:
        process = subprocess.Popen(
            [str(STACK_PYTHON), "-c", main, "up", "--state-dir", str(directory), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        while READY_LINE not in log.read_bytes():
            if process.poll() is not None:
                raise NotMeasured(f"up ended with {process.returncode}")
            select.select([], [], [], POLL_S)
        return time.monotonic() - began_s
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(END_DEADLINE_S)
