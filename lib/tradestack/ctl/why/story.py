"""The trace of an order → its story, in lines of at most 80 columns."""

import textwrap
from collections import Counter
from collections.abc import Iterator

from tradestack.ctl.check.account_record import describe_account_record
from tradestack.ctl.why.fills import ExplainedFill, explained_fills
from tradestack.ctl.why.order_trace import OrderTrace, report_on
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import ExecType
from tradestack.domain.tick import Tick, TickKind
from tradestack.domain.times import format_utc
from tradestack.domain.trade import Trade
from tradestack.observe.printable import printable
from tradestack.wire.journal.account_records import ExecutionRecord

COLUMNS = 80
MISSES_SHOWN_MAX = 20
NOT_ALL_CHECKS = (
    "limits on what all users have together are not measured again: what others did then is not "
    "folded"
)


def story(trace: OrderTrace) -> str:
    """Return the story, with a newline at the end of each line."""
    parts = (_order(trace), _cause(trace), _verdict(trace), _fills(trace), _misses(trace))
    lines = [line for part in (*parts, _changes(trace), _end(trace)) for line in part]
    return "".join(f"{_wrapped(printable(line))}\n" for line in lines)


def _order(trace: OrderTrace) -> Iterator[str]:
    record, order = trace.record, trace.record.order
    price = "" if order.price is None else f" at {format_fixed(order.price)}"
    yield (
        f"order {trace.order_id} of {record.user}: {order.side} {format_fixed(order.quantity)} "
        f"{order.symbol} {order.ord_type} {order.time_in_force}{price}"
    )
    yield f"  ClOrdID {order.cl_ord_id}"
    yield f"  received {format_utc(record.time_ns)}"
    yield f"  line {trace.line:,} of {trace.journal}"


def _cause(trace: OrderTrace) -> Iterator[str]:
    record, order = trace.record, trace.record.order
    yield "cause"
    if record.cause is None or record.arrival_ns is None:
        yield "  no message of the feed: nothing executes this order"
        return
    if trace.cause is None and record.cause:
        yield f"  feed session {record.feed_session}"
        yield f"  message {record.cause:,}, which the feed log has lost"
    elif trace.cause is None:
        yield f"  the beginning of feed session {record.feed_session}, before its first message"
    else:
        yield f"  feed session {record.feed_session}"
        yield f"  message {record.cause:,}: {tick_text(trace.cause)}"
        if order.feed_seq != record.cause:
            yield "  the order names another one or none; this was the newest that was met then"
        yield f"  happened {format_utc(trace.cause.event_time_ns)}"
        yield f"  published {format_utc(trace.cause.publish_time_ns)}"
    if order.signal_name is not None:
        value = "" if order.signal_value is None else f" {format_fixed(order.signal_value)}"
        yield f"  the strategy saw: {order.signal_name}, {order.signal_label or 'value'}{value}"
    if order.feed_price is not None:
        yield f"  last price in the feed {format_fixed(order.feed_price)}"
    yield (
        f"  arrives {format_utc(record.arrival_ns)}: it can meet messages from "
        f"{record.cause + 1:,} on that are not before that"
    )


def _verdict(trace: OrderTrace) -> Iterator[str]:
    report = trace.record.report
    yield "verdict"
    if report.exec_type is not ExecType.REJECTED:
        yield "  accepted: it has passed every check"
    else:
        text = "" if report.text is None else f": {report.text}"
        yield f"  REJECTED, {report.reject_reason}{text}"
    for check in trace.checks.asked:
        yield f"  {check}"
    if not trace.checks.is_all:
        yield f"  {NOT_ALL_CHECKS}"


def _fills(trace: OrderTrace) -> Iterator[str]:
    if trace.model is None:
        return
    fills = list(explained_fills(trace))
    yield f"fills: {len(fills):,}"
    for fill in fills:
        yield f"  {format_fixed(fill.quantity)} at {format_fixed(fill.price)}, {_fill(fill)}"


def _fill(fill: ExplainedFill) -> str:
    share, rest = divmod(fill.share_bp, 100)
    known = "" if fill.trade.size else f", taken as {format_fixed(fill.size)}"
    return (
        f"by trade {_trade(fill.trade)}{known}: {share}.{rest:02d} % of it, "
        f"slippage {format_fixed(fill.slippage)}, fee {format_fixed(fill.report.commission or 0)}"
    )


def _misses(trace: OrderTrace) -> Iterator[str]:
    missed = [(seen.trade, seen.miss) for seen in trace.seen if seen.miss is not None]
    if trace.model is None:
        return
    order = trace.record.order
    yield f"trades of {order.symbol} that did not fill it: {len(missed):,}"
    for trade, miss in missed[:MISSES_SHOWN_MAX]:
        yield f"  {_trade(trade)}: {miss.value}"
    more = Counter(miss for _, miss in missed[MISSES_SHOWN_MAX:])
    for miss, count in more.items():
        yield f"  … and {count:,} more: {miss.value}"


def _changes(trace: OrderTrace) -> Iterator[str]:
    if trace.lost is not None:
        yield "not known: what trades did from there on; this is what its reports say"
        yield f"  {trace.lost}"
    changes = [
        f"  {describe_account_record(event)}"
        for event in trace.events
        if not _is_fill(event) or trace.lost is not None
    ]
    if changes:
        yield "requests about it, and other reports"
        yield from changes


def _end(trace: OrderTrace) -> Iterator[str]:
    last = next(
        (event for event in reversed(trace.events) if isinstance(event, ExecutionRecord)), None
    )
    report = None if last is None else report_on(last, trace.order_id)
    if trace.is_over and isinstance(report, ExecutionReport):
        yield (
            f"end: {report.ord_status} at message {report.feed_seq or 0:,}, "
            f"{format_fixed(report.cum_quantity or 0)} filled"
        )
    elif trace.is_over:
        yield f"end: {trace.status}, with its verdict"
    else:
        yield f"works: {trace.status}, as far as message {trace.through:,}"


def _is_fill(event: object) -> bool:
    report = event.report if isinstance(event, ExecutionRecord) else None
    return isinstance(report, ExecutionReport) and report.exec_type is ExecType.TRADE


def tick_text(tick: Tick) -> str:
    """Return what a message of the feed says."""
    what = "trade" if tick.kind is TickKind.PRICE else "sentiment"
    return f"{tick.symbol} {what} {format_fixed(tick.value)}"


def _trade(trade: Trade) -> str:
    size = f" × {format_fixed(trade.size)}" if trade.size else ", size not known"
    return f"{trade.sequence:,} {format_utc(trade.event_time_ns)} {format_fixed(trade.price)}{size}"


def _wrapped(line: str) -> str:
    """Break a line before it is too long, but not within words."""
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.fill(
        line,
        COLUMNS,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
    )
