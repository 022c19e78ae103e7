"""When a request meets the market, and when its user sees a report: both in feed time."""

from tradestack.domain.times import FEED_TIME_NS_MAX
from tradestack.trading.execution.draws import DrawKey, Purpose, draw
from tradestack.trading.execution.model import ExecutionModel, Latency


def arrival_ns(
    model: ExecutionModel, key: DrawKey, cause_clock_ns: int, previous_arrival_ns: int
) -> int:
    """Return when a request arrives that a message with this event time caused.

    Requests of an account arrive in the order in which they were sent: one whose latency is
    shorter waits for `previous_arrival_ns`, the arrival of the one before.
    """
    latency_ns = _latency_ns(model, model.entry_latency, key, Purpose.ENTRY_LATENCY, 0)
    return min(max(cause_clock_ns + latency_ns, previous_arrival_ns), FEED_TIME_NS_MAX)


def visible_time_ns(
    model: ExecutionModel,
    key: DrawKey,
    made_clock_ns: int,
    previous_visible_ns: int,
    sequence: int = 0,
) -> int:
    """Return the feed time from which a report is seen that was made at `made_clock_ns`.

    key: of the request that the report is on. sequence: of the trade that made it, 0 = none did.
    It is seen no earlier than the report ahead of it in the stream.
    """
    latency = model.report_latency
    latency_ns = _latency_ns(model, latency, key, Purpose.REPORT_LATENCY, sequence)
    return min(max(made_clock_ns + latency_ns, previous_visible_ns), FEED_TIME_NS_MAX)


def _latency_ns(
    model: ExecutionModel, latency: Latency, key: DrawKey, purpose: Purpose, sequence: int
) -> int:
    if not latency.jitter_ns:
        return latency.constant_ns
    return latency.constant_ns + draw(model, key, purpose, latency.jitter_ns + 1, sequence)
