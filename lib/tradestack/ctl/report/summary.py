"""A report → its summary for a terminal, in lines of at most 80 columns where texts allow it."""

import textwrap
from collections.abc import Iterator, Sequence

from tradestack.ctl.table import aligned
from tradestack.observe.printable import printable
from tradestack.report.rendering import quantities as q
from tradestack.report.report import Report
from tradestack.report.values.execution_quality import ExecutionQuality, Markout
from tradestack.report.values.orders import Count
from tradestack.report.values.waterfall import Hop

COLUMNS = 80
POSITIONS_MAX = 10
COUNTS_MAX = 6
_PLAIN = str.maketrans({q.MINUS: "-", q.SPACE: " "})
Rows = list[tuple[str, ...]]


def summary_of(report: Report) -> str:
    """Return the summary, with a newline at its end."""
    parts = (_session, _feed, _way, _orders, _accounts, _execution, _trips, _ratios, _processes)
    blocks = ["".join(part(report)) for part in (*parts, _faults)]
    text = "\n".join(block for block in blocks if block)
    return "".join(f"{printable(line)}\n" for line in text.translate(_PLAIN).splitlines())


def _session(report: Report) -> Iterator[str]:
    origin = report.provenance
    until = f"has not ended; up to message {q.count(origin.through)}"
    state = "has ended" if origin.is_ended else until
    yield f"feed session {origin.feed_session}, {state}\n"
    yield f"  began {q.time(origin.began)} UTC\n" if origin.began else ""
    for source in origin.sources:
        yield f"  {source.kind} {source.name}\n"
    for strategy in origin.strategies:
        yield f"  {strategy.user}: {strategy.instance}, config {strategy.config_hash}\n"
    for remark in origin.remarks:
        yield _wrapped(f"  {remark}")


def _feed(report: Report) -> Iterator[str]:
    feed = report.feed
    yield f"feed: {q.counted(feed.ticks, 'tick')}, {q.counted(feed.prices, 'price')}, "
    yield f"{q.count(feed.news)} news of {q.counted(feed.symbols_total, 'symbol')}\n"
    if feed.first_event is not None:
        yield f"  event times {q.time(feed.first_event)} to {q.time(feed.last_event)}\n"
    yield f"  {q.rate(feed.ticks_per_second, 'ticks')} published, at most "
    yield f"{q.count(feed.busiest_second)} in a second; {q.counted(feed.gaps, 'gap')}\n"
    if feed.clients is None:
        yield f"  lag of clients: {q.NOT_RECORDED}\n"
    for client in feed.clients or ():
        yield f"  {client.user} {client.client}: at most {q.count(client.lag_max)} behind\n"


def _way(report: Report) -> Iterator[str]:
    hops = (*report.waterfall.hops, *report.waterfall.beside)
    rows: Rows = [("latency", "p50", "p99", "p99.9", "count"), *map(_hop, hops)]
    yield aligned(rows, rows[0][1:])


def _hop(hop: Hop) -> tuple[str, ...]:
    found = hop.percentiles
    if found is None:
        return f"  {hop.title}", q.NOT_RECORDED, "", "", ""
    durations = map(q.duration, (found.p50_ns, found.p99_ns, found.p999_ns))
    return f"  {hop.title}", *durations, q.count(found.count)


def _orders(report: Report) -> Iterator[str]:
    orders = report.orders
    yield f"orders: {q.count(orders.received)}, {q.count(orders.accepted)} accepted, "
    yield f"{q.count(orders.rejected)} rejected; {q.counted(orders.fills, 'fill')}\n"
    for counts in (orders.results, orders.reasons):
        if counts:
            yield _wrapped(f"  {_counts(counts)}")


def _counts(counts: Sequence[Count]) -> str:
    return ", ".join(f"{q.count(each.count)} {each.name}" for each in counts[:COUNTS_MAX])


def _accounts(report: Report) -> Iterator[str]:
    for account in report.accounts.accounts:
        yield f"account of {account.user}: equity {q.money(account.equity)}, "
        yield f"drawdown {q.money(account.drawdown)}, at most {q.money(account.drawdown_max)}\n"
        yield f"  {q.money(account.realized_pnl)} realized, "
        yield f"{q.money(account.unrealized_pnl)} unrealized, {q.money(account.fees)} fees\n"
        if account.opened_from is not None:
            yield f"  {q.money(account.session_pnl)} in this feed session, opened with "
            yield f"{q.money(account.opened_equity)} of {account.opened_from}\n"
        held = [each for each in account.positions if each.quantity]
        rows: Rows = [("  symbol", "quantity", "average", "mark", "unrealized")]
        for each in held[:POSITIONS_MAX]:
            prices = q.price(each.average_price), q.price(each.mark)
            money = q.money(each.unrealized_pnl)
            rows.append((f"  {each.symbol}", q.quantity(each.quantity), *prices, money))
        yield aligned(rows, rows[0][1:]) if held else ""
        left_out = len(held) - POSITIONS_MAX
        yield f"  … and {q.counted(left_out, 'position')} more\n" if left_out > 0 else ""
    for missing in report.accounts.unavailable:
        yield _wrapped(f"account of {missing.user}: {missing.reason}")


def _execution(report: Report) -> Iterator[str]:
    groups = [each for each in report.execution if each.symbol is None]
    for group in groups if len(groups) > 2 else groups[:1]:
        yield from _quality(group)


def _quality(group: ExecutionQuality) -> Iterator[str]:
    cost = group.shortfall
    of = "" if group.user is None else f" of {group.user}"
    yield f"execution{of}: {q.counted(group.orders, 'order')}, "
    yield f"{q.percent(group.fill_ratio)} filled by value\n"
    yield "  a cost is above 0, a gain below\n"
    yield f"  implementation shortfall {q.money(cost.total)} = "
    yield f"{q.basis_points(cost.total_bp)} bp of {q.money(cost.decided)}\n"
    yield f"    delay {q.money(cost.delay)}, execution {q.money(cost.execution)}, "
    yield f"opportunity {q.money(cost.opportunity)}, fees {q.money(cost.fees)}\n"
    yield f"  slippage {q.basis_points(group.arrival_slippage_bp)} bp against arrival, "
    yield f"{q.basis_points(group.vwap_slippage_bp)} bp against VWAP\n"
    if group.time_to_fill is not None:
        yield f"  time to fill {q.duration(group.time_to_fill.p50_ns)} (p50), "
        yield f"{q.duration(group.time_to_fill.p99_ns)} (p99), in feed time\n"
    yield _wrapped(f"  markouts in bp: {', '.join(map(_markout, group.markouts))}")


def _markout(markout: Markout) -> str:
    return f"{q.basis_points(markout.basis_points)} after {q.duration(markout.horizon_ns)}"


def _trips(report: Report) -> Iterator[str]:
    trips = report.round_trips
    if trips.closed or trips.open:
        yield f"round trips: {q.count(trips.closed)} closed, {q.count(trips.open)} open; "
        yield f"{q.count(trips.winners)} won, {q.count(trips.losers)} lost\n"


def _ratios(report: Report) -> Iterator[str]:
    for group in report.ratios[:1]:
        of = "" if group.user is None else f" of {group.user}"
        rows = [(f"ratios{of}", "value", "samples")]
        rows += [(f"  {each.title}", q.ratio(each.value), q.count(each.samples))
                 for each in group.ratios]  # fmt: skip
        yield aligned(rows, rows[0][1:])
        yield "  --json and --html have the definitions, and those of each user\n"


def _processes(report: Report) -> Iterator[str]:
    if report.processes is None:
        yield f"processes: {q.NOT_RECORDED}\n"
        return
    rows: Rows = [("process", "CPU", "memory")]
    for each in report.processes:
        name = each.daemon if each.instance is None else f"{each.daemon} {each.instance}"
        rows.append((f"  {name}", q.percent(each.cpu_share), q.memory(each.rss_bytes_max)))
    yield aligned(rows, rows[0][1:])


def _faults(report: Report) -> Iterator[str]:
    faults = report.faults
    restarts = None if faults.restarts is None else sum(faults.restarts.values())
    yield f"faults: rows refused {q.count(faults.rows_refused)}, restarts {q.count(restarts)}, "
    yield f"tails cut {q.count(faults.tails_cut)},\n"
    yield f"  lines of statistics cut {q.count(faults.statistics_cut)}, unreadable "
    yield f"{q.count(faults.statistics_unreadable)},\n"
    yield f"  orders sent again {q.count(faults.orders_duplicate)}, malformed "
    yield f"{q.count(faults.orders_malformed)}, lost {q.count(faults.orders_lost)}\n"
    for change in faults.trading_changes:
        of = change.user or "all users"
        yield _wrapped(f"  {q.time(change.time)} {change.state} of {of}: {change.reason}")


def _wrapped(text: str) -> str:
    """Return a text in lines, each indented as the first one, or further."""
    indent = " " * (len(text) - len(text.lstrip()))
    lines = textwrap.wrap(text, COLUMNS, subsequent_indent=f"{indent}  ")
    return "".join(f"{line}\n" for line in lines)
