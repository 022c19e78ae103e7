"""The display of `backtest`: progress on a terminal, and a few lines at the end.

28 %, 52 s left | 450,000 ticks/s | 3 orders | 10,053 ticks
"""

from tradestack.backtest.backtest import Reached
from tradestack.backtest.result import Result
from tradestack.ctl.account_lines import account_lines
from tradestack.ctl.durations import duration_text
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.display.summary import elapsed_text, fitted
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.units import counted

SHOW_INTERVAL_NS = NANOSECONDS_PER_SECOND // 4


class ShownProgress:
    """The state of a backtest, in the last row of a terminal; elsewhere nothing is shown."""

    def __init__(self, screen: Screen, clock: Clock) -> None:
        self._screen = screen
        self._clock = clock
        self._began_ns = self._shown_ns = clock.monotonic_ns()

    def show(self, reached: Reached) -> None:
        """Show how far it is, four times a second at most."""
        now_ns = self._clock.monotonic_ns()
        if self._screen.is_terminal and now_ns - self._shown_ns >= SHOW_INTERVAL_NS:
            self._shown_ns = now_ns
            elapsed_s = (now_ns - self._began_ns) / NANOSECONDS_PER_SECOND
            self._screen.status(fitted(progress_parts(reached, elapsed_s), self._screen.columns))


def progress_parts(reached: Reached, elapsed_s: float) -> list[str]:
    """Return the parts of the line that is shown, the most telling first; elapsed_s: above 0."""
    left = ""
    if reached.share:
        left = f", {duration_text(elapsed_s / reached.share - elapsed_s)} left"
    return [
        f"{int(100 * reached.share)} %{left}",
        f"{reached.ticks / elapsed_s:,.0f} ticks/s",
        counted(reached.orders, "order"),
        counted(reached.ticks, "tick"),
    ]


def summary(result: Result) -> str:
    """Return the lines that are printed at the end."""
    orders = counted(result.orders, "order")
    if result.orders:
        accepted = result.orders - result.orders_rejected
        orders += f": {accepted:,} accepted, {result.orders_rejected:,} rejected"
    rows = result.rows_refused
    refused = f", {counted(rows, 'row')} refused" if rows else ""
    lines = [
        f"ran {elapsed_text(result.elapsed_s)}",
        f"  {counted(result.ticks, 'tick')}{refused}, {result.ticks_per_second:,.0f}/s",
        f"  {orders}",
    ]
    for user, account in result.run_accounts.items():
        lines += [f"  {line}" for line in account_lines(user, account)]
    return "\n".join(lines)
