"""Why a strategy makes no orders, or others than are meant: what its counters tell, in a line."""

from collections.abc import Collection, Mapping

from tradestack.domain.tick import TickKind
from tradestack.domain.units import counted

SYMBOLS_SHOWN_MAX = 5
WORDS = {TickKind.PRICE: "prices", TickKind.NEWS: "news"}


def missing_symbols(
    name: str, wanted: Collection[str], published: Collection[str], *, is_complete: bool
) -> str | None:
    """Return that symbols of a strategy did not occur; None if they did, or still may.

    is_complete: all was published.
    """
    missing = [symbol for symbol in wanted if symbol not in published]
    if not missing or not published or (len(missing) < len(wanted) and not is_complete):
        return None
    return f"strategy {name}: {_some(missing)} did not occur; published were {_some(published)}"


def no_order(
    name: str,
    counts: Mapping[str, int],
    ticks: int,
    lacking: Collection[TickKind] = (),
    *,
    not_run: int = 0,
) -> str:
    """Return why a strategy without orders made none.

    counts: of the session, its own among them. ticks: that were published. lacking: what it needs,
    and did not receive. not_run: coroutines that it wanted to run beside the feed.
    """
    return f"strategy {name} made no order: {_why(counts, ticks, lacking, not_run)}"


def tiny_orders(name: str, counts: Mapping[str, int]) -> str | None:
    """Return that orders of a strategy were worth next to nothing; None if none was."""
    if not counts["orders_tiny"]:
        return None
    return (
        f"strategy {name}: {counted(counts['orders_tiny'], 'order')} worth less than 0.01: "
        'quantities and prices are integers ×10⁻⁸, so 10 is written fixed("10")'
    )


def lacked_prices(counts: Mapping[str, int]) -> int:
    """Return for how many of its decisions there was no price."""
    return int(counts.get("signals_without_price", 0))


def _why(counts: Mapping[str, int], ticks: int, lacking: Collection[TickKind], not_run: int) -> str:
    if without_price := lacked_prices(counts):
        return (
            f"{without_price:,} of its decisions came before a price of their symbol; "
            "prices and news must share symbols and times"
        )
    if counts["orders_suppressed"]:
        return (
            f"{counts['orders_suppressed']:,} would have been for ticks from before it followed "
            'the feed (start = "now", or its configuration has changed)'
        )
    if not ticks:
        return "nothing was published"
    if not counts["ticks_received"]:
        return "it received nothing"
    if lacking:
        words = " and ".join(WORDS[kind] for kind in sorted(lacking))
        return f"it needs {words}, and there were none"
    if not_run:
        return (
            f"a backtest runs no coroutine in the background, and it began {not_run:,}; "
            "`tradestackctl up` runs them"
        )
    return "nothing led it to one; see its parameters"


def _some(symbols: Collection[str]) -> str:
    shown = sorted(symbols)[:SYMBOLS_SHOWN_MAX]
    rest = len(symbols) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest else "")
