"""The state of an account: all that its future depends on, besides tape and configuration.

It is journalled as a checkpoint, so it consists of values that JSON holds: a restarted order
manager continues from the newest one instead of the first message of the tape.
"""

import enum

import msgspec

from tradestack.domain.order import OrdStatus
from tradestack.domain.times import FEED_TIME_NS_MIN
from tradestack.trading.account.holdings.opening import Opening
from tradestack.trading.account.holdings.portfolio import Portfolio, open_portfolio
from tradestack.trading.account.risk_state import RiskState
from tradestack.trading.orders.working_order import WorkingOrder


class RequestKind(enum.StrEnum):
    """What a request asks for."""

    CANCEL = "CANCEL"
    REPLACE = "REPLACE"
    MASS_CANCEL = "MASS_CANCEL"


class UnderWay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request that has not reached the market yet; order_id: of a new order."""

    arrival_ns: int
    cause: int
    order_id: int | None = None
    kind: RequestKind | None = None
    cl_ord_id: str = ""
    orig_cl_ord_id: str = ""
    symbol: str | None = None
    quantity: int = 0
    price: int | None = None


class AccountState(msgspec.Struct, kw_only=True):
    """The state of one account.

    matched_through: number of the newest message that is folded. progress: up to which message the
    strategy has said to have sent everything. fills: how many
    its orders have had. orders: those that are accepted and not done, by OrderID, in the order of
    their places. under_way: requests in the order in which they arrive. done: number and final
    state of the newest orders that are done, by the names that they had then. opening: what it has
    taken over from the user's account before, None: it began flat. is_left_behind: its feed log is
    gone or too short, so it ended with what its reports say.
    """

    matched_through: int = 0
    progress: int = 0
    last_arrival_ns: int = FEED_TIME_NS_MIN
    last_visible_ns: int = FEED_TIME_NS_MIN
    last_cause: int = 0
    requests_of_cause: int = 0
    fills: int = 0
    is_registered: bool = False
    is_interactive: bool = False
    is_ended: bool = False
    orders: dict[int, WorkingOrder] = {}
    under_way: list[UnderWay] = []
    done: dict[str, tuple[int, OrdStatus]] = {}
    portfolio: Portfolio = msgspec.field(default_factory=open_portfolio)
    risk: RiskState = msgspec.field(default_factory=RiskState)
    opening: Opening | None = None
    is_left_behind: bool = False

    @property
    def is_awaiting(self) -> bool:
        """Return whether the account waits for the end of the one that it goes on from."""
        return self.opening is not None and not self.opening.is_taken and not self.is_ended

    @property
    def opened_equity(self) -> int:
        """Return the equity ×10⁻¹⁶ with which the account began."""
        return self.portfolio.starting_cash if self.opening is None else self.opening.equity

    def working(self, cl_ord_id: str) -> WorkingOrder | None:
        """Return the order that has this name, if it works."""
        return next((order for order in self.orders.values() if order.cl_ord_id == cl_ord_id), None)

    def is_under_way(self, cl_ord_id: str) -> bool:
        """Return whether a request of this name was taken, and has not taken effect."""
        return any(
            under_way.order_id is None and under_way.cl_ord_id == cl_ord_id
            for under_way in self.under_way
        )

    def named(self, cl_ord_id: str) -> WorkingOrder | None:
        """Return the order that has this name, or will have it once its replaces have arrived."""
        for under_way in reversed(self.under_way):
            if under_way.kind is RequestKind.REPLACE and under_way.cl_ord_id == cl_ord_id:
                cl_ord_id = under_way.orig_cl_ord_id
        return self.working(cl_ord_id)
