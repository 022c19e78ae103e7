"""Show the daemons, the progress of the feed and the newest orders, updated every second.

q or Ctrl-C ends it. DONE is ticks published, orders received and orders sent; BEHIND is how many
messages the slowest client, or the strategy, still has to get; P99 is the time from the receipt of
an order to the journal, and from a strategy's order to its report. ANSWER is the order manager's
first answer to the order: NEW if it was accepted, whatever has become of it since, which `fills`
shows.

examples:
  tradestackctl top
  tradestackctl --runtime-dir /tmp/stack/run top
  tradestackctl top --once                 print it once, as for a file or pipe
"""

import argparse
import contextlib
import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator, Sequence

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.feed_state import feed_state
from tradestack.ctl.live_view import Order, live_view
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons, StackReport
from tradestack.net.control.client import ControlFault

ORDERS_SHOWN = 8
QUIT_KEYS = b"qQ\x03\x04"  # Ctrl-C and Ctrl-D arrive as keys if the terminal is in raw mode

_ENTER, _LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"  # another screen, no cursor
_HOME, _CLEAR_ROW, _CLEAR_REST = "\x1b[H", "\x1b[K", "\x1b[J"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the option."""
    parser.add_argument("--once", action="store_true", help="print it once")


def run(args: argparse.Namespace) -> int:
    """Show the view until a key ends it; return NOT_RUNNING if no daemon answers any more."""
    daemons = RunningDaemons.of(args)
    if args.once or not sys.stdout.isatty():
        report = daemons.report()
        print("\n".join(_lines(daemons, report)))
    else:
        report = _watch(daemons)
    for fault in report.faults:
        print(f"tradestackctl: {fault}", file=sys.stderr)
    return ExitStatus.NOT_RUNNING if report.faults else ExitStatus.DONE


def _watch(daemons: RunningDaemons) -> StackReport:
    """Show each report; return the last."""
    report = daemons.report()
    with contextlib.suppress(KeyboardInterrupt), _own_screen():
        for report in daemons.watch():
            _draw([f"{daemons.directory}    q: quit", "", *_lines(daemons, report)])
            if _is_to_quit():
                break
    return report


def _lines(daemons: RunningDaemons, report: StackReport) -> list[str]:
    return live_view(report, feed_state(report.gateway), _orders(daemons, report))


def _orders(daemons: RunningDaemons, report: StackReport) -> Sequence[Order]:
    if report.order_manager is None:
        return []
    try:
        with daemons.client(ORDER_MANAGER) as client:
            method = "io.tradestack.OrderManager.ListOrders"
            orders: Sequence[Order] = client.call(method, {"count": ORDERS_SHOWN})["orders"]
            return orders
    except ControlFault:
        return []


def _draw(lines: Sequence[str]) -> None:
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    # A terminal that does not tell its size says 0.
    shown = [f"{line[: columns or None]}{_CLEAR_ROW}" for line in lines[: rows or None]]
    sys.stdout.write(_HOME + "\r\n".join(shown) + _CLEAR_REST)
    sys.stdout.flush()


def _is_to_quit() -> bool:
    """Return whether a key that ends the view was pressed."""
    if not sys.stdin.isatty() or not select.select([sys.stdin], [], [], 0)[0]:
        return False
    keys = os.read(sys.stdin.fileno(), 100)
    return not keys or any(key in QUIT_KEYS for key in keys)


@contextlib.contextmanager
def _own_screen() -> Iterator[None]:
    """Use the terminal's other screen, and get each key at once; restore both at the end.

    SIGTERM ends the view as Ctrl-C does, and so does Ctrl-C where a script's background job ignores
    it: no end may leave the terminal as it is.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    settings = termios.tcgetattr(sys.stdin) if sys.stdin.isatty() else None
    if settings is not None:
        tty.setcbreak(sys.stdin)
    sys.stdout.write(_ENTER)
    try:
        yield
    finally:
        sys.stdout.write(_LEAVE)
        sys.stdout.flush()
        if settings is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)
