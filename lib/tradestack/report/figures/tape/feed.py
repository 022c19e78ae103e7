"""The tape, and when it was published → the figures of the feed."""

from tradestack.report.figures.exact import exact_sum
from tradestack.report.figures.tape.market import Market, SymbolPrices
from tradestack.report.figures.tape.publication import Publication
from tradestack.report.values.feed import ClientLag, Feed, SymbolTicks


def feed_figures(
    market: Market,
    publication: Publication,
    clients: tuple[ClientLag, ...] | None,
    symbols_max: int,
) -> Feed:
    """Return the figures of a feed session; of its symbols those with the most messages."""
    symbols = sorted(market.prices.keys() | market.news.keys())
    listed = [_symbol_ticks(market, symbol) for symbol in symbols]
    listed.sort(key=lambda each: -(each.prices + each.news))
    times = market.times
    return Feed(
        ticks=publication.count,
        prices=sum(each.prices for each in listed),
        news=sum(each.news for each in listed),
        gaps=publication.gaps,
        first_event=int(times[0]) if len(times) else None,
        last_event=int(times[-1]) if len(times) else None,
        first_published=publication.first_ns,
        last_published=publication.last_ns,
        ticks_per_second=publication.per_second_mean,
        busiest_second=publication.busiest_second,
        symbols_total=len(listed),
        symbols=tuple(listed[:symbols_max]),
        clients=clients,
    )


def _symbol_ticks(market: Market, symbol: str) -> SymbolTicks:
    columns: SymbolPrices = market.prices_of(symbol)
    prices = columns.prices
    return SymbolTicks(
        symbol=symbol,
        prices=len(columns),
        news=len(market.news_of(symbol).numbers),
        volume=exact_sum(columns.sizes),
        first=int(prices[0]) if len(prices) else None,
        last=int(prices[-1]) if len(prices) else None,
        low=int(prices.min()) if len(prices) else None,
        high=int(prices.max()) if len(prices) else None,
    )
