"""Returns of accounts by day or by minute, for tools that begin with them.

    return = (equity at the end of the interval − equity at the end of the one before)
             ÷ (capital + equity at the end of the one before)

Intervals are those of event time, in UTC, in which the feed had messages: nights and weekends are
no evidence of anything. What is earned over a night belongs to the interval after it.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.report.columns.table import NO_CODE, Floats, Integers, Table
from tradestack.report.recorded import RecordedSession

TOTAL = "total"
_RECORDS_TOGETHER = 1 << 18


class Interval(enum.IntEnum):
    """A length of time, in ns."""

    MINUTE = 60 * NANOSECONDS_PER_SECOND
    DAY = 86_400 * NANOSECONDS_PER_SECOND


class NoCapital(ValueError):
    """There is nothing that a profit could be a share of."""


@dataclass(frozen=True, slots=True, eq=False)
class Returns:
    """ends_ns: of the intervals. by_user: as many returns of each user, and TOTAL of all."""

    interval: Interval
    ends_ns: Integers
    by_user: Mapping[str, Floats]


def shown_interval(session: RecordedSession) -> Interval:
    """Return the interval that has enough returns: minutes of what is shorter than two days."""
    if not session.head:
        return Interval.MINUTE
    first, last = session.of_messages("event_time_ns", np.array([1, session.head])).tolist()
    return Interval.MINUTE if last - first < 2 * Interval.DAY else Interval.DAY


def returns_of(session: RecordedSession, interval: Interval, capital: int | None) -> Returns:
    """Return what each user has earned in each interval.

    capital: of each user, ×10⁻⁸; None: the largest gross exposure after a fill, with which
    everything could have been bought without credit. Raises NoCapital.
    """
    lasts = np.array(list(_lasts(session, interval)), np.int64)
    ends = (session.of_messages("event_time_ns", lasts) // interval + 1) * interval
    table, opened = session.equity(lasts), session.opened_equity
    by_user = {}
    for user, began in opened.items():
        code = table.code("user", user)
        stake = _exposure_max(session, code) if capital is None else capital
        by_user[user] = _returns(table, code, began, stake)
    if opened:
        stake = _exposure_max(session, NO_CODE) if capital is None else capital * len(opened)
        by_user[TOTAL] = _returns(table, NO_CODE, sum(opened.values()), stake)
    return Returns(interval, ends, by_user)


def _exposure_max(session: RecordedSession, user: int) -> int:
    fills, equity = session.fills(), session.equity()
    is_own = slice(None) if user == NO_CODE else fills["user"] == user
    is_filled = np.isin(equity["feed_seq"], fills["feed_seq"][is_own])
    return int(equity["gross_exposure"][(equity["user"] == user) & is_filled].max(initial=0))


def _returns(table: Table, user: int, began: int, capital: int) -> Floats:
    equity = table["equity"][table["user"] == user]
    before = np.concatenate(([began], equity[:-1]))
    profits, stakes = equity - before, before + capital
    if ((stakes <= 0) & (profits != 0)).any():
        raise NoCapital
    returns: Floats = profits / np.maximum(stakes, 1)  # of nothing there is no profit
    return returns


def _lasts(session: RecordedSession, interval: Interval) -> Iterator[int]:
    """Yield the last message of each interval that has any."""
    current = None
    for first in range(0, session.head, _RECORDS_TOGETHER):
        times = session.tape["event_time_ns"][first : first + _RECORDS_TOGETHER].astype(np.int64)
        session.release_tape()
        numbers = times // interval
        if current is not None and numbers[0] != current:
            yield first
        yield from (np.flatnonzero(np.diff(numbers)) + first + 1).tolist()
        current = int(numbers[-1])
    if session.head:
        yield session.head
