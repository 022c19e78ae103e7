"""Round trips: from flat to flat in one symbol, at average cost.

That is how accounts book profits, so that the profits of an account's round trips, open ones
included, add up to its realized profit, and their fees to its fees, exactly. A fill through zero
ends one round trip and begins the next; its fee is shared by quantity.
"""

import msgspec

from tradestack.report.values.units import Duration, Fixed, Time


class RoundTrip(msgspec.Struct, frozen=True, kw_only=True):
    """One round trip.

    side: BUY for a long one. quantity: all that was added; entry_price, exit_price: the average of
    what was added and taken off; exit_price is None before anything was. profit: realized, before
    fees. opened, closed: feed time; closed: None while something is held. carried: whether it began
    before the records that are kept: in an earlier feed session, or in an order session whose
    journal is gone. Then profit, fees and fills are those since.
    """

    user: str
    symbol: str
    side: str
    quantity: Fixed
    entry_price: Fixed
    exit_price: Fixed | None
    profit: Fixed
    fees: Fixed
    fills: int
    opened: Time
    closed: Time | None
    carried: bool


class RoundTrips(msgspec.Struct, frozen=True, kw_only=True):
    """All round trips of a session, and the newest of them.

    closed, open: how many. Of the closed ones, after fees: winners (above 0), losers (below 0),
    gross_profit and gross_loss (their sums, at least 0), profit_factor: gross_profit ÷ gross_loss,
    None without a loss. holding_p50_ns: the median time from opening to close. newest: some, the
    newest last.
    """

    closed: int
    open: int
    winners: int
    losers: int
    gross_profit: Fixed
    gross_loss: Fixed
    profit_factor: float | None
    holding_p50_ns: Duration | None
    newest: tuple[RoundTrip, ...]
