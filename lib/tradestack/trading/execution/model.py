"""What `[execution]` chooses: how orders are executed against the trades of the tape.

All values are integers, checked when they are made; a value out of range is a ValueError that
names field and range. Prices, quantities and fees are ×10⁻⁸, times are ns of feed time. A *rate*
is in basis points ×10⁻⁸: 5 basis points are 500_000_000, so 0.2 can be said as well. The model is
journalled as JSON: with the journal and the feed log it determines every fill.

The tape has trades with price and size, and neither quotes nor depth. What is not known is assumed,
and each assumption is said at the field that makes it.
"""

import enum

import msgspec

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import PRICE_MAX, QUANTITY_MAX

BASIS_POINTS_WHOLE = 10_000  # basis points of one
RATE_WHOLE: int = BASIS_POINTS_WHOLE * SCALE  # the rate that is 100 %
LATENCY_NS_MAX = 3_600 * NANOSECONDS_PER_SECOND
IOC_WINDOW_NS_MAX = 60 * NANOSECONDS_PER_SECOND
RECENT_TRADES_MAX = 1_000  # looked at for each fill or queue
TICKS_MAX = 10_000
QUEUE_FACTOR_PERCENT_MAX = 10_000
SEED_MAX = 2**63 - 1


class ExecutionKind(enum.StrEnum):
    """Whether orders are executed at all."""

    NONE = "none"  # an order is accepted, and nothing follows
    TAPE = "tape"  # orders meet the trades of the tape


class SlippageKind(enum.StrEnum):
    """How much worse than the trade an order is filled that takes the market's price."""

    NONE = "none"
    TICKS = "ticks"
    BASIS_POINTS = "basis-points"
    SQUARE_ROOT = "square-root"


class LimitFill(enum.StrEnum):
    """Which trades fill a resting limit order, at its limit.

    A trade is past a buy's limit below it, and past a sell's limit above it.
    """

    THROUGH = "through"  # a trade past the limit
    TOUCH = "touch"  # a trade at the limit or past it
    QUEUE = "queue"  # a trade past the limit, or one at it, after the quantity that is ahead


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} = {value}: from {low} to {high} is allowed")


class Latency(msgspec.Struct, frozen=True):
    """The time that a message takes: constant_ns and a drawn part, uniform from 0 to jitter_ns.

    Each is at most an hour.
    """

    constant_ns: int = 0
    jitter_ns: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a value out of range."""
        _check("constant_ns", self.constant_ns, 0, LATENCY_NS_MAX)
        _check("jitter_ns", self.jitter_ns, 0, LATENCY_NS_MAX)


class Slippage(msgspec.Struct, frozen=True):
    """How much worse than the trade's price a fill is, always against the order.

    NONE          0
    TICKS         ticks · increment
    BASIS_POINTS  price · rate
    SQUARE_ROOT   price · rate · √(OrderQty / recent volume)

    The recent volume is that of the symbol's last `recent_trades` trades, up to the one that
    fills. To each kind comes a drawn number of increments, uniform from 0 to `random_ticks`, drawn
    again for each fill. The amount is rounded half to even to whole increments. It never moves the
    price past the order's limit, and a sale's not below one increment. It does not apply to
    resting limit orders.
    """

    kind: SlippageKind = SlippageKind.NONE
    increment: int = 1  # of prices, ×10⁻⁸
    ticks: int = 0
    rate: int = 0  # basis points ×10⁻⁸; SQUARE_ROOT: for an order as large as the recent volume
    recent_trades: int = 100
    random_ticks: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError for a value out of range."""
        _check("increment", self.increment, 1, PRICE_MAX)
        _check("ticks", self.ticks, 0, TICKS_MAX)
        _check("rate", self.rate, 0, RATE_WHOLE)
        _check("recent_trades", self.recent_trades, 1, RECENT_TRADES_MAX)
        _check("random_ticks", self.random_ticks, 0, TICKS_MAX)


class Fees(msgspec.Struct, frozen=True):
    """What the fills of an order cost.

    The fee of an order so far is max(minimum, per_share · CumQty + rate · Σ LastQty·LastPx),
    rounded half to even at ×10⁻⁸, and 0 before its first fill. The fee of a fill is what it adds
    to that: the first one pays the minimum, later ones nothing until the order has used it up.
    """

    per_share: int = 0  # money ×10⁻⁸ for a quantity of 1
    rate: int = 0  # basis points ×10⁻⁸ of quantity times price
    minimum: int = 0  # money ×10⁻⁸ per order

    def __post_init__(self) -> None:
        """Raise ValueError for a value out of range."""
        _check("per_share", self.per_share, 0, PRICE_MAX)
        _check("rate", self.rate, 0, RATE_WHOLE)
        _check("minimum", self.minimum, 0, PRICE_MAX)


class ExecutionModel(msgspec.Struct, frozen=True, kw_only=True):
    """All of `[execution]`.

    participation_bp: the share of each trade's size that an account can have, in basis points;
        10_000 is all of it. The account's orders share it in order of arrival. The account is
        assumed to have no other effect on the market, and other accounts none on this one.
    default_size: taken as the size of a trade whose size is not known; 0 = it fills nothing.
    size_increment: the share of a trade is rounded down to a multiple of it; 1 = not rounded.
    limit_fill: which trades fill a limit order that rests. An order that the market was at when it
        arrived (last trade at or better than the limit) takes the market's price instead, until
        the first trade that is worse than its limit.
    queue_factor_percent, queue_trades: QUEUE assumes that ahead of an order that begins to rest is
        this percentage of the size that was traded at its price within the symbol's last
        queue_trades trades: nothing at a price that was not traded. Whole sizes of trades at the
        price reduce it; only what exceeds it fills. A trade past the price fills whatever is ahead.
    ioc_window_ns: IOC and FOK orders see the symbol's trades up to this time after the first one
        that they can meet; 0 = those at the very same time. What is left then is canceled.
    seed: of all draws. The same seed gives the same draws, whatever else is traded.
    """

    kind: ExecutionKind = ExecutionKind.TAPE
    entry_latency: Latency = Latency()
    report_latency: Latency = Latency()
    participation_bp: int = BASIS_POINTS_WHOLE
    default_size: int = 0
    size_increment: int = 1
    slippage: Slippage = Slippage()
    limit_fill: LimitFill = LimitFill.THROUGH
    queue_factor_percent: int = 100
    queue_trades: int = 100
    ioc_window_ns: int = 0
    seed: int = 0
    fees: Fees = Fees()

    def __post_init__(self) -> None:
        """Raise ValueError for a value out of range."""
        _check("participation_bp", self.participation_bp, 1, BASIS_POINTS_WHOLE)
        _check("default_size", self.default_size, 0, QUANTITY_MAX)
        _check("size_increment", self.size_increment, 1, QUANTITY_MAX)
        _check("queue_factor_percent", self.queue_factor_percent, 0, QUEUE_FACTOR_PERCENT_MAX)
        _check("queue_trades", self.queue_trades, 1, RECENT_TRADES_MAX)
        _check("ioc_window_ns", self.ioc_window_ns, 0, IOC_WINDOW_NS_MAX)
        _check("seed", self.seed, 0, SEED_MAX)

    def size_of(self, traded_size: int) -> int:
        """Return the size to reckon with for a trade: its own, or the default one."""
        return traded_size or self.default_size

    def capacity(self, size: int) -> int:
        """Return how much of a trade of this size one account can have."""
        share = size * self.participation_bp // BASIS_POINTS_WHOLE
        return share - share % self.size_increment
