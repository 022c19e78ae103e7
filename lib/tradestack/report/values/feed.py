"""The feed of a session: how many messages, how fast, of which symbols, and who lagged behind."""

import msgspec

from tradestack.report.values.units import Fixed, Time


class SymbolTicks(msgspec.Struct, frozen=True, kw_only=True):
    """The messages of one symbol; prices are None where it has no price, volume is their sizes."""

    symbol: str
    prices: int
    news: int
    volume: Fixed
    first: Fixed | None
    last: Fixed | None
    low: Fixed | None
    high: Fixed | None


class ClientLag(msgspec.Struct, frozen=True, kw_only=True):
    """How far a client of the feed was behind its head, in messages.

    client: its address; user: as whom it has logged in. lag_max: the largest that was recorded, of
    `samples`; lag_last: the newest.
    """

    client: str
    user: str
    lag_max: int
    lag_last: int
    samples: int


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """The messages of a feed session, 1 to `ticks`.

    gaps: numbers that are missing, or whose place in the log has no tick; 0 in any whole log.
    first_event, last_event: feed time; first_published, last_published: wall time; all None
    without a message. ticks_per_second: messages ÷ time from the first publication to the last, in
    wall time; None where that is 0. busiest_second: the most that were published in a second of
    the wall clock. symbols: the `symbols_total` symbols, those with the most messages first, cut
    to some. clients: None if not recorded.
    """

    ticks: int
    prices: int
    news: int
    gaps: int
    first_event: Time | None
    last_event: Time | None
    first_published: Time | None
    last_published: Time | None
    ticks_per_second: float | None
    busiest_second: int
    symbols_total: int
    symbols: tuple[SymbolTicks, ...]
    clients: tuple[ClientLag, ...] | None
