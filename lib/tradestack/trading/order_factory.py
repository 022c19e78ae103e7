"""intent → NewOrderSingle: a market order, annotated with what led to it.

What makes the order (ClOrdID, symbol, side, quantity) comes from feed and config alone. The rest
annotates it: a killed strategy makes the same order again with other annotations.
"""

from dataclasses import dataclass

from tradestack.domain.fixed_point import SCALE, format_fixed
from tradestack.domain.order import OrdType, TimeInForce
from tradestack.strategies.signal import Intent
from tradestack.trading.epoch import Epoch
from tradestack.wire.order_messages import NewOrderSingle

# The wire carries prices of at most 10 digits before the point; the feed could carry one more.
PRICE_LIMIT = 10**10 * SCALE


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """The live price when the order was made, and how old it was then."""

    price: int  # ×10⁻⁸
    age_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFactory:
    """Makes the orders of one instance and config; quantity ×10⁻⁸."""

    signal_name: str
    quantity: int

    def order_of(
        self, intent: Intent, epoch: Epoch, reference: ReferencePrice | None, now_ns: int
    ) -> NewOrderSingle:
        """The order that the intent leads to; now_ns: wall clock."""
        if reference is not None and abs(reference.price) >= PRICE_LIMIT:
            reference = None
        return NewOrderSingle(
            cl_ord_id=epoch.client_order_id(intent),
            symbol=intent.symbol,
            side=intent.side,
            order_qty=format_fixed(self.quantity),
            ord_type=OrdType.MARKET,
            time_in_force=TimeInForce.IOC,
            transact_time_ns=now_ns,
            feed_session=epoch.feed_session,
            feed_seq=intent.sequence,
            signal_time_ns=intent.time_ns,
            signal_name=self.signal_name,
            signal_value=format_fixed(intent.value),
            reference_px=None if reference is None else format_fixed(reference.price),
            reference_px_age_ns=None if reference is None else reference.age_ns,
        )
