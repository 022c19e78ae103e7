"""Log entries about limits and trading states, written once these are journalled."""

import logging
from collections.abc import Callable

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.observe.events import LIMIT_BROKEN, LIMITS_CHANGED, TRADING_STATE_CHANGED, emit
from tradestack.observe.levels import REACHED_PERCENT, Level
from tradestack.trading.judging.decisions import Batch, JudgedAct
from tradestack.trading.risk.codes import Breach
from tradestack.trading.risk.judge_risk import ReadingAt
from tradestack.trading.risk.scopes import Scope
from tradestack.wire.journal.account_records import LimitsRecord, TradingRecord

# A client can break a limit with each message; it is said so often at most for each scope.
REPEAT_MIN_NS = 60 * NANOSECONDS_PER_SECOND
# Orders can keep a limit near; its level is put into words so often at most.
NOTE_INTERVAL_NS = NANOSECONDS_PER_SECOND

logger = logging.getLogger(__name__)


class RiskEvents:
    """The events of limits and trading states.

    note_level: tells of a limit that is nearly used up, once. A fast feed uses it up and leaves it
    again between two looks at the levels, and nobody would know why orders are refused.
    """

    def __init__(self, note_level: Callable[[Level], None]) -> None:
        self._note_level = note_level
        self._noted_ns: dict[tuple[str, Scope, bool], int] = {}  # near or reached → when
        self._said_ns: dict[str, int] = {}  # scope → when it was last named, monotonic

    def show(self, batch: Batch, now_ns: int) -> None:
        """Log what a journalled batch has changed, and which limits were broken."""
        for judged in batch.judged:
            if isinstance(judged, JudgedAct):
                _show_act(judged)
        for alarm in batch.alarms:
            self._show_alarm(alarm, now_ns)
        for (key, scope), near in batch.near.items():
            name = key, scope, near.reading.percent >= REACHED_PERCENT
            if now_ns - self._noted_ns.get(name, now_ns - NOTE_INTERVAL_NS) >= NOTE_INTERVAL_NS:
                self._noted_ns[name] = now_ns
                self._note_level(_level_with_order(key, scope, near))

    def _show_alarm(self, alarm: Breach, now_ns: int) -> None:
        scope = alarm.scope.text
        if now_ns - self._said_ns.get(scope, now_ns - REPEAT_MIN_NS) >= REPEAT_MIN_NS:
            self._said_ns[scope] = now_ns
            emit(logger, LIMIT_BROKEN, reason=f'"{alarm.text}"')


def usage_level(key: str, scope: Scope, percent: int, used: str) -> Level:
    """Return the level of a limit on orders."""
    name = f"{key}/{scope.text.replace(' ', '_')}"
    return Level(name, percent, used, f"see `tradestackctl limits`, or change {key}")


def _level_with_order(key: str, scope: Scope, near: ReadingAt) -> Level:
    reading = near.reading
    used = f"{reading.value_text} of {reading.limit_text}, with the newest order"
    return usage_level(key, scope, reading.percent, used)


def show_trading_state(change: TradingRecord) -> None:
    """Log a change of the trading state."""
    emit(
        logger,
        TRADING_STATE_CHANGED,
        state=change.state,
        user=change.user or "all",
        uid=change.uid,
        reason=f'"{change.reason}"',
    )


def _show_act(judged: JudgedAct) -> None:
    match judged.act:
        case TradingRecord() as change:
            show_trading_state(change)
        case LimitsRecord() as limits:
            emit(logger, LIMITS_CHANGED, hash=limits.hash)
