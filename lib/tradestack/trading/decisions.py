"""Received messages, and the decisions on them: records to be journalled, with what they change."""

from dataclasses import dataclass, field

import msgspec

from tradestack.domain.order import Order, OrdRejReason
from tradestack.trading.registrations import Registration
from tradestack.wire.order_messages import Register


class Malformed(msgspec.Struct, frozen=True, gc=False):
    """A message that is no order: why, and its ClOrdID as far as it could be made out."""

    text: str
    cl_ord_id: str


class Received(msgspec.Struct, frozen=True, gc=False):
    """A user's message, as bytes and as value, and when it was received (ns since the epoch)."""

    user: str
    time_ns: int
    payload: bytes
    message: Order | Register | Malformed


class JudgedOrder(msgspec.Struct, frozen=True, gc=False):
    """A new order with its number and verdict; record: what the journal is to hold."""

    received: Received
    record: bytes
    report_length: int
    identity: int
    order_id: int
    reason: OrdRejReason | None

    @property
    def order(self) -> Order:
        """The order."""
        assert isinstance(self.received.message, Order)
        return self.received.message


class JudgedRegister(msgspec.Struct, frozen=True, gc=False):
    """An answered Register."""

    received: Received
    record: bytes
    report_length: int
    feed_session: str
    registration: Registration


class JudgedMalformed(msgspec.Struct, frozen=True, gc=False):
    """A rejected message that is no order."""

    received: Received
    record: bytes
    report_length: int


Judged = JudgedOrder | JudgedRegister | JudgedMalformed


@dataclass(slots=True)
class Batch:
    """The decisions on one loop pass.

    judged: in the order in which they are to be journalled. orders: those among them.
    origins: for each of judged, the index of the message that was received.
    excess: indices of the messages that met a full order session.
    duplicates: how many were orders that are known.
    """

    judged: list[Judged] = field(default_factory=list)
    orders: list[JudgedOrder] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    excess: list[int] = field(default_factory=list)
    duplicates: int = 0
    # Later messages of the batch are judged as if the earlier ones were in the state.
    by_identity: dict[int, JudgedOrder] = field(default_factory=dict)
    registrations: dict[tuple[str, str], Registration] = field(default_factory=dict)

    @property
    def records(self) -> list[bytes]:
        """What the journal is to hold, in order."""
        return [judged.record for judged in self.judged]

    def add(self, judged: Judged, origin: int) -> None:
        """Add a decision on the message received at index `origin`."""
        self.judged.append(judged)
        self.origins.append(origin)
        if isinstance(judged, JudgedOrder):
            self.orders.append(judged)
            self.by_identity.setdefault(judged.identity, judged)
        elif isinstance(judged, JudgedRegister):
            user = judged.received.user
            self.registrations[user, judged.feed_session] = judged.registration
