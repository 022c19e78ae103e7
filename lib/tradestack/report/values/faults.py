"""What went wrong, or was repaired, during the session."""

import msgspec

from tradestack.report.values.units import Time


class TradingChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the trading state; user: None: of all. by_limit: whether a limit made it."""

    time: Time
    user: str | None
    state: str
    reason: str
    by_limit: bool


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """Each None is "not recorded", 0 is none.

    rows_refused: rows of the files that the gateway refused. restarts: how often each daemon was
    started again, by name. tails_cut: files that end in an unfinished write, which is left out
    here, and which the next start cuts. statistics_cut, statistics_unreadable: lines of the
    daemons' statistics that a crash has cut off, or that are damaged. orders_duplicate: orders that
    were received again and answered once. orders_malformed: messages that were no order.
    journal_lines_lost, orders_lost: what a repair had to give up. trading_changes: of the trading
    state, the newest last, cut to some.
    """

    rows_refused: int | None
    restarts: dict[str, int] | None
    tails_cut: int
    statistics_cut: int | None
    statistics_unreadable: int | None
    orders_duplicate: int | None
    orders_malformed: int
    journal_lines_lost: int
    orders_lost: int
    trading_changes: tuple[TradingChange, ...]
