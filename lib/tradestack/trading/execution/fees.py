"""What fills cost; the formula is at `Fees`."""

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.trading.execution.model import RATE_WHOLE, Fees
from tradestack.trading.orders.working_order import WorkingOrder


def order_fee(fees: Fees, cum_quantity: int, notional: int) -> int:
    """Return the fee ×10⁻⁸ of an order with these fills; notional is ×10⁻¹⁶."""
    if not cum_quantity:
        return 0
    charged = fees.per_share * cum_quantity * RATE_WHOLE + fees.rate * notional
    return max(fees.minimum, divide_half_even(charged, RATE_WHOLE * SCALE))


def fill_fee(fees: Fees, order: WorkingOrder, quantity: int, price: int) -> int:
    """Return the fee of the order's next fill: what it adds to the fee of the order."""
    notional = order.notional + quantity * price
    return order_fee(fees, order.cum_quantity + quantity, notional) - order.fees
