"""An order manager that executes orders against a recorded feed, and orders for it."""

from pathlib import Path
from typing import Any

from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, an_order
from tests.kit.order_manager import OrderManager
from tests.kit.recorded_feed import RecordedFeed
from tests.kit.tape import MemoryTape
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import OrdType, Side, TimeInForce
from tradestack.domain.trade import Trade

SECOND_NS = 1_000_000_000
PRICES = ("100", "101.00000001", "103")


def trades(*prices: str) -> list[Trade]:
    """Trades of SPY, one a second, each of size 7."""
    return [
        Trade(number, "SPY", number * SECOND_NS, parse_fixed(price), 7 * SCALE)
        for number, price in enumerate(prices, 1)
    ]


def record_feed(directory: Path, session: str = FEED_SESSION) -> RecordedFeed:
    """Record a feed session of three trades that goes on."""
    return RecordedFeed(directory, MemoryTape(trades(*PRICES), session))


def start_executing(daemon: OrderManager, feed: RecordedFeed, **keys: object) -> None:
    """Start the order manager; it executes orders against the feed for 0.001 a share."""
    daemon.configure(
        execution={"model": "tape", "fee_per_share": "0.001", "entry_latency": "0"},
        feed_log_directory=feed.log.parent,
        away_max="1s",
        **keys,
    )
    daemon.start()


def market(name: str, quantity: int = 10, **changes: Any) -> Any:
    """Make a market order that works until it is filled, sent for the first message."""
    return an_order(
        cl_ord_id=name,
        quantity=quantity * SCALE,
        time_in_force=TimeInForce.DAY,
        **{"feed_session": FEED_SESSION, "feed_seq": 1, **changes},
    )


def limit(name: str, price: str, **changes: Any) -> Any:
    """Make a limit order to sell 5."""
    changes = {"side": Side.SELL, "ord_type": OrdType.LIMIT, "price": parse_fixed(price)} | changes
    return market(name, 5, **changes)


def enter_two(daemon: OrderManager) -> None:
    """Send a market order that two trades fill, and a limit order that none does."""
    client = daemon.client()
    client.send(market("m"), limit("l", "500"))
    client.receive(4)  # two verdicts, two fills
