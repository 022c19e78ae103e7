"""The feed: how many messages of which symbols, how fast, and who was behind."""

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Align, Column, Facts, Section, Table
from tradestack.report.rendering.contents.shown import bars, cut
from tradestack.report.report import Report
from tradestack.report.values.feed import Feed

ROWS_MAX = 40


def feed_section(report: Report) -> Section:
    """The section of the messages that were published."""
    feed = report.feed
    return Section(
        name="feed",
        title="Feed",
        says="Every message has a number; a gap would be a number without a message. Publication "
        "is wall time, feed time is that of the events.",
        blocks=[_messages(feed), _clients(feed), _symbols(feed)],
        alarm=f"{quantities.counted(feed.gaps, 'gap')} in the numbers." if feed.gaps else "",
    )


def _messages(feed: Feed) -> Facts:
    return Facts(
        caption="Messages",
        facts=[
            ("Published", quantities.counted(feed.ticks, "tick")),
            ("Of these", f"{quantities.counted(feed.prices, 'price')}, {feed.news:,} news"),
            ("Gaps", quantities.count(feed.gaps)),
            ("Average rate", quantities.rate(feed.ticks_per_second, "ticks")),
            ("Busiest second", quantities.counted(feed.busiest_second, "tick")),
            ("Published from", f"{quantities.time(feed.first_published)} UTC"),
            ("to", f"{quantities.time(feed.last_published)} UTC"),
            ("Feed time from", f"{quantities.time(feed.first_event)} UTC"),
            ("to", f"{quantities.time(feed.last_event)} UTC"),
        ]
        if feed.ticks
        else [("Published", "nothing")],
    )


def _clients(feed: Feed) -> Table:
    clients = feed.clients or ()
    return Table(
        caption="Lag of the clients",
        unit="ticks behind the newest",
        columns=(
            Column("Client", Align.WORDS),
            Column("User", Align.WORDS),
            Column("Largest"),
            Column("Last"),
            Column("Samples"),
        ),
        rows=[
            (
                cut(client.client),
                cut(client.user),
                quantities.count(client.lag_max),
                quantities.count(client.lag_last),
                quantities.count(client.samples),
            )
            for client in clients[:ROWS_MAX]
        ],
        empty="None was logged in when the statistics were recorded."
        if feed.clients is not None
        else "Not recorded.",
    )


def _symbols(feed: Feed) -> Table:
    rows = feed.symbols[:ROWS_MAX]
    messages = bars([symbol.prices + symbol.news for symbol in rows])
    return Table(
        caption="Symbols",
        unit=f"the {len(rows):,} busiest of {feed.symbols_total:,}"
        if len(rows) < feed.symbols_total
        else quantities.counted(feed.symbols_total, "symbol"),
        columns=(
            Column("Symbol", Align.WORDS),
            Column("Messages", Align.METER),
            Column("Prices"),
            Column("News"),
            Column("Volume"),
            Column("First"),
            Column("Low"),
            Column("High"),
            Column("Last"),
        ),
        rows=[
            (
                cut(symbol.symbol),
                messages[number],
                quantities.count(symbol.prices),
                quantities.count(symbol.news),
                quantities.quantity(symbol.volume),
                quantities.price(symbol.first),
                quantities.price(symbol.low),
                quantities.price(symbol.high),
                quantities.price(symbol.last),
            )
            for number, symbol in enumerate(rows)
        ],
    )
