"""Counts since an order session began; each is a function of its journal."""

from collections import Counter
from dataclasses import dataclass, field

from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus

# Replay counts every report: members of an enumeration are looked up once.
_TRADE = ExecType.TRADE
_CANCELED, _FILLED, _EXPIRED = OrdStatus.CANCELED, OrdStatus.FILLED, OrdStatus.EXPIRED


@dataclass(slots=True)
class Counters:
    """Counts since the order session began; orders_received = orders_accepted + orders_rejected."""

    orders_accepted: int = 0
    orders_rejected: int = 0
    orders_malformed: int = 0
    registrations: int = 0
    fills: int = 0
    orders_filled: int = 0
    orders_canceled: int = 0
    orders_expired: int = 0
    rejects: "Counter[OrdRejReason]" = field(default_factory=Counter)

    @property
    def orders_received(self) -> int:
        """Orders that parsed, each once: repetitions and malformed messages are counted apart."""
        return self.orders_accepted + self.orders_rejected

    def count(self, exec_type: ExecType, status: OrdStatus) -> None:
        """Count what became of an order."""
        if exec_type is _TRADE:
            self.fills += 1
        if status is _CANCELED:
            self.orders_canceled += 1
        elif status is _FILLED:
            self.orders_filled += 1
        elif status is _EXPIRED:
            self.orders_expired += 1
