"""What an account begins with: nothing, or what the user's account before it was left with.

With `AccountOpening.CARRY` positions, cash, profit and fees go on from one feed session to the next
one that the user trades in. Until the account before has met its last message nobody knows what
that is: the account that begins waits for it, and meets no message and takes no request before.
Working orders never go on, nor do the counts of orders, requests and fills that limits look at.
"""

import enum

import msgspec

from tradestack.trading.account.holdings.portfolio import Portfolio


class AccountOpening(enum.StrEnum):
    """How accounts begin."""

    FLAT = "feed-session"
    CARRY = "carry"


class Opening(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an account has taken over, and from the account of which feed session.

    is_taken: whether it has; until then it waits. equity: ×10⁻¹⁶, positions: what was held, ×10⁻⁸.
    """

    feed_session: str
    is_taken: bool = False
    equity: int = 0
    positions: dict[str, int] = {}


def taken_over(feed_session: str, portfolio: Portfolio) -> tuple[Opening, Portfolio]:
    """Final portfolio of the account before → what is opened with, and the portfolio to go on with.

    A position is worth its old mark until its symbol is traded again.
    """
    goes_on = portfolio.going_on()
    opening = Opening(
        feed_session=feed_session,
        is_taken=True,
        equity=portfolio.equity,
        positions={symbol: held.quantity for symbol, held in goes_on.positions.items()},
    )
    return opening, goes_on
