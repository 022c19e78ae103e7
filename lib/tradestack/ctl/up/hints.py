"""The reasons why a run makes no orders, one line for each strategy, as far as they are known.

Before the start: it needs news or prices, and none are published. At the end: the counters
of a strategy without orders, and the symbols of the source, tell the likeliest reason.
"""

import contextlib
from collections.abc import Collection, Mapping
from typing import NamedTuple

from tradestack.ctl.strategies.inspection import StrategyUnfit, inspect_strategy
from tradestack.ctl.up.display.progress import SOURCE_ENDED, StackStats
from tradestack.ctl.up.stack import StackConfig
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.domain.faults import OperatorFault
from tradestack.domain.tick import TickKind
from tradestack.store.shared_memory.books import SharedNewsBook, SharedPriceBook
from tradestack.strategies.class_check import needs_of
from tradestack.strategies.registry import SHIPPED, find_strategy
from tradestack.trading.desk.no_orders import (
    WORDS,
    lacked_prices,
    missing_symbols,
    no_order,
    tiny_orders,
)

STRATEGY_DEFAULT = SHIPPED["news"]
RANDOM_WALK = "random-walk"

_OPTIONS = {TickKind.PRICE: "--prices", TickKind.NEWS: "--sentiment"}


def hints_before(config: StackConfig) -> dict[str, str]:
    """Return a line for each strategy that needs what is not published."""
    published = _published(config.gateway)
    hints = {}
    for name, keys in config.strategies.items():
        missing = sorted(_needs(keys) - published)
        if missing:
            words = " and ".join(WORDS[kind] for kind in missing)
            options = " and ".join(_OPTIONS[kind] for kind in missing)
            hints[name] = f"strategy {name} needs {words} and will make no orders: add {options}"
    return hints


class HintsAfter(NamedTuple):
    """A line for each strategy; new: those about what the gateway has not warned of already."""

    all: Mapping[str, str]
    new: Mapping[str, str]


def hints_after(
    config: StackConfig, stats: StackStats, *, ticks: int, symbols: Collection[str]
) -> HintsAfter:
    """Return a line for each strategy that is paused, lacks symbols, or made no or tiny orders.

    ticks: published by this run. symbols: of all that was published in the session.
    """
    hints, told = {}, set()
    for name, strategy in stats.strategies.items():
        wanted = config.strategies[name].get("symbols", [])
        missing = missing_symbols(name, _texts(wanted), symbols, is_complete=_is_complete(stats))
        if reason := strategy.get("pause_reason"):
            hints[name] = f"strategy {name} is paused: {reason}"
        elif missing is not None:
            hints[name] = missing
        elif not strategy["orders_sent"]:
            hints[name] = no_order(name, strategy, ticks)
            if stats.gateway["sources_apart"] and lacked_prices(strategy):
                told.add(name)
        elif (tiny := tiny_orders(name, strategy)) is not None:
            hints[name] = tiny
    return HintsAfter(hints, {name: hint for name, hint in hints.items() if name not in told})


def symbols_of(files: StackFiles) -> set[str]:
    """Return the symbols in the books; none if they cannot be read."""
    prices, news = files.book_names
    found: set[str] = set()
    with contextlib.suppress(OSError, OperatorFault):
        found.update(SharedPriceBook.attach(prices).symbols)
        found.update(SharedNewsBook.attach(news).symbols)
    return found


def _needs(keys: Mapping[str, object]) -> frozenset[TickKind]:
    """Return what the strategy needs; nothing if it cannot be imported, which its daemon says."""
    strategy, packages = str(keys.get("strategy", STRATEGY_DEFAULT)), str(keys.get("packages", ""))
    if strategy in (*SHIPPED, *SHIPPED.values()):
        return needs_of(find_strategy(strategy).strategy)
    try:  # elsewhere: what a file does to its process, it must not do to this one
        return inspect_strategy(strategy, packages, {}).needs
    except StrategyUnfit:
        return frozenset()


def _published(gateway: Mapping[str, object]) -> set[TickKind]:
    if gateway.get("source") == RANDOM_WALK:
        return {TickKind.PRICE} if gateway.get("walk_news_every") == 0 else set(TickKind)
    keys = {"prices": TickKind.PRICE, "sentiment": TickKind.NEWS}
    return {kind for key, kind in keys.items() if gateway.get(key)}


def _is_complete(stats: StackStats) -> bool:
    return bool(stats.gateway["source_state"] == SOURCE_ENDED)


def _texts(value: object) -> list[str]:
    return list(map(str, value)) if isinstance(value, list) else []
