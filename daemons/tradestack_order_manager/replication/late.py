"""Stand-ins on the control socket for parts that a standby does not have yet."""

from collections.abc import Callable
from typing import Any, cast

from tradestack.net.control.interface import Interface
from tradestack.wire.varlink import declared_error
from tradestack_order_manager.control.inquiry import Inquiry
from tradestack_order_manager.control.interface import (
    ControlledOrderManager,
    order_manager_interface,
)
from tradestack_order_manager.control.not_available import NAME, NotAvailable
from tradestack_order_manager.order_manager import OrderManager


class Late:
    """Passes on what is asked of a part, once it is there; before, the question is refused.

    part: returns it, or None. words: why there is none.
    """

    def __init__(self, part: Callable[[], object | None], words: Callable[[], str]) -> None:
        self._part = part
        self._words = words

    def __getattr__(self, name: str) -> Any:
        """Return what the part has by that name. Raises VarlinkError."""
        part = self._part()
        if part is None:
            raise declared_error(NAME, NotAvailable(self._words()))
        return getattr(part, name)


def late_interface(
    manager: Callable[[], OrderManager | None], words: Callable[[], str]
) -> Interface:
    """Return io.tradestack.OrderManager, which is refused in words while there is no manager."""

    def inquiry() -> Inquiry | None:
        part = manager()
        return None if part is None else part.inquiry

    controlled = cast("ControlledOrderManager", Late(manager, words))
    return order_manager_interface(controlled, cast("Inquiry", Late(inquiry, words)))
