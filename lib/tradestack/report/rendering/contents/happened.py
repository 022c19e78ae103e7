"""The course of the session, in words and in a few figures."""

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Tile
from tradestack.report.rendering.contents.faults import faults_text, restarts
from tradestack.report.report import Report
from tradestack.report.values.waterfall import Hop


def happened(report: Report) -> list[str]:
    """Return the paragraphs at the top of the document."""
    return [" ".join([_feed(report), _orders(report)]), _money(report), _state(report)]


def tiles(report: Report) -> list[Tile]:
    """Return the figures at the top of the document."""
    orders, feed = report.orders, report.feed
    return [
        *_account_tiles(report),
        Tile(
            "Orders",
            quantities.count(orders.received),
            f"{orders.rejected:,} rejected, {quantities.counted(orders.fills, 'fill')}",
        ),
        Tile(
            "Feed",
            quantities.counted(feed.ticks, "tick"),
            f"{quantities.rate(feed.ticks_per_second, 'ticks')}, "
            f"{quantities.counted(feed.gaps, 'gap')}",
        ),
        *map(_hop_tile, _round_trip(report)),
        *_shortfall_tiles(report),
        Tile("Restarts", quantities.count(restarts(report.faults)), _refused(report)),
    ]


def earned(report: Report) -> int:
    """Return what all accounts together have earned in the session, after fees."""
    return sum(account.session_pnl for account in report.accounts.accounts)


def _feed(report: Report) -> str:
    feed = report.feed
    if not feed.ticks or feed.first_event is None or feed.last_event is None:
        return "The feed had no ticks."
    symbols = quantities.counted(feed.symbols_total, "symbol")
    tape = quantities.span(feed.last_event - feed.first_event)
    return (
        f"{quantities.counted(feed.ticks, 'tick')} of {symbols} were published{_pace(report)}; on "
        f"the tape that is {tape}, {quantities.period(feed.first_event, feed.last_event)}."
    )


def _pace(report: Report) -> str:
    feed = report.feed
    if feed.ticks_per_second is None or None in (feed.first_published, feed.last_published):
        return ""
    lasted_ns = (feed.last_published or 0) - (feed.first_published or 0)
    rate = quantities.rate(feed.ticks_per_second, "ticks")
    return f" in {quantities.duration(lasted_ns)}, {rate} on average"


def _orders(report: Report) -> str:
    orders = report.orders
    if not orders.received:
        return "No order was received."
    users = quantities.counted(len(orders.by_user), "user")
    rejected = (
        f"{orders.rejected:,} of them rejected" if orders.rejected else "none of them rejected"
    )
    return (
        f"{quantities.counted(orders.received, 'order')} of {users} came in, {rejected}; they had "
        f"{quantities.counted(orders.fills, 'fill')}."
    )


def _money(report: Report) -> str:
    accounts = report.accounts.accounts
    if not accounts:
        return "Nothing executed the orders, so nothing was earned or lost."
    amount, fees = earned(report), sum(account.fees for account in accounts)
    verb = "earned" if amount >= 0 else "lost"
    text = (
        f"{'The accounts' if len(accounts) > 1 else 'The account'} {verb} "
        f"{quantities.money(abs(amount))} after {quantities.money(fees)} of fees"
    )
    deepest = _drawdown(report)
    if deepest is not None:
        text += f"; the largest drawdown was {quantities.money(deepest)}"
    return f"{text}.{_cost(report)}"


def _cost(report: Report) -> str:
    if not report.execution or report.execution[0].shortfall.total_bp is None:
        return ""
    cost = report.execution[0].shortfall
    verb = "cost" if cost.total >= 0 else "gained"
    size = quantities.basis_points(abs(cost.total_bp or 0.0)).removeprefix("+")
    return (
        f" Measured from the prices of the decisions, trading {verb} "
        f"{quantities.money(abs(cost.total))}, or {size}{quantities.SPACE}bp."
    )


def _drawdown(report: Report) -> int | None:
    curves = report.series.equity
    return max(curves[0].drawdown, default=None) if curves else None


def _state(report: Report) -> str:
    text = faults_text(report.faults)
    if not report.provenance.is_ended:
        text += " The session had not ended when this was made."
    return text


def _account_tiles(report: Report) -> list[Tile]:
    if not report.accounts.accounts:
        return []
    fees = sum(account.fees for account in report.accounts.accounts)
    deepest = _drawdown(report)
    tile = Tile(
        "Earned", quantities.signed_money(earned(report)), f"after {quantities.money(fees)} of fees"
    )
    if deepest is None:
        return [tile]
    return [tile, Tile("Drawdown", quantities.money(deepest), "largest, of all accounts")]


def _round_trip(report: Report) -> list[Hop]:
    """Return the order's round trip, if the report has it: it is the last of what is beside."""
    return [hop for hop in report.waterfall.beside if hop.key == "order_round_trip"]


def _hop_tile(hop: Hop) -> Tile:
    of = hop.percentiles
    if of is None:
        return Tile("Order to report", quantities.NOT_RECORDED)
    return Tile(
        "Order to report", quantities.duration(of.p50_ns), f"p99 {quantities.duration(of.p99_ns)}"
    )


def _shortfall_tiles(report: Report) -> list[Tile]:
    if not report.execution:
        return []
    value = report.execution[0].shortfall.total_bp
    text = quantities.basis_points(value)
    unit = "" if value is None else f"{quantities.SPACE}bp"
    return [Tile("Shortfall", f"{text}{unit}", "of the value decided")]


def _refused(report: Report) -> str:
    refused = report.faults.rows_refused
    return "" if refused is None else quantities.counted(refused, "refused row")
