"""What a strategy gives for an order → what an order can carry; the errors say what is allowed."""

import operator

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import PRICE_MAX, QUANTITY_MAX, TimeInForce
from tradestack.domain.symbol import is_symbol
from tradestack.wire.order_texts import is_cl_ord_id


def integer(name: str, value: object) -> int:
    """Return an integer, also one of numpy's types. Raises TypeError for anything else."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"{name} is {value!r}: allowed is an integer ×10⁻⁸, such as fixed({str(value)!r})"
        ) from None


def symbol_of(symbol: object) -> str:
    """Return a symbol. Raises ValueError."""
    if not isinstance(symbol, str) or not is_symbol(symbol):
        raise ValueError(f"{symbol!r} is not a symbol")
    return symbol


def cl_ord_id_of(name: object) -> str:
    """Return what names an order. Raises ValueError."""
    if not isinstance(name, str) or not is_cl_ord_id(name):
        raise ValueError(f"{name!r} is no order: name it by what buy, sell or replace returned")
    return name


def quantity_of(value: object) -> int:
    """Return the quantity of an order ×10⁻⁸. Raises TypeError, ValueError."""
    return _positive("quantity", value, QUANTITY_MAX)


def price_of(value: object) -> int:
    """Return the limit of an order ×10⁻⁸. Raises TypeError, ValueError."""
    return _positive("price", value, PRICE_MAX)


def time_in_force_of(time_in_force: TimeInForce | None, price: int | None) -> TimeInForce:
    """Return how long an order works: by default IOC without a limit, DAY with one."""
    if time_in_force is not None:
        return TimeInForce(time_in_force)
    return TimeInForce.IOC if price is None else TimeInForce.DAY


def _positive(name: str, value: object, maximum: int) -> int:
    number = integer(name, value)
    if not 0 < number <= maximum:
        raise ValueError(
            f"{name} is {format_fixed(number)}, allowed is more than 0 and at most "
            f"{format_fixed(maximum)}"
        )
    return number
