"""intent → Order: a market order, annotated with what led to it.

What makes the order (ClOrdID, symbol, side, quantity) comes from feed and config alone. The rest
annotates it: a killed strategy makes the same order again with other annotations.
"""

from dataclasses import dataclass

from tradestack.domain.order import PRICE_MAX, Order, OrdType, TimeInForce
from tradestack.strategies.signal import Intent
from tradestack.trading.epoch import Epoch


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """The live price when the order was made, and how old it was then."""

    price: int  # ×10⁻⁸
    age_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFactory:
    """Makes the orders of one instance and config; quantity ×10⁻⁸."""

    signal_name: str
    signal_label: str  # what the signal calls its values
    quantity: int

    def order_of(
        self, intent: Intent, epoch: Epoch, reference: ReferencePrice | None, now_ns: int
    ) -> Order:
        """The order that the intent leads to; now_ns: wall clock."""
        # The feed could carry a digit more than order entry.
        if reference is not None and abs(reference.price) > PRICE_MAX:
            reference = None
        return Order(
            cl_ord_id=epoch.client_order_id(intent),
            symbol=intent.symbol,
            side=intent.side,
            quantity=self.quantity,
            ord_type=OrdType.MARKET,
            time_in_force=TimeInForce.IOC,
            transact_time_ns=now_ns,
            feed_session=epoch.feed_session,
            feed_seq=intent.sequence,
            signal_time_ns=intent.time_ns,
            signal_name=self.signal_name,
            signal_label=self.signal_label,
            signal_value=intent.value,
            reference_price=None if reference is None else reference.price,
            reference_price_age_ns=None if reference is None else reference.age_ns,
        )
