"""Received messages, and the decisions on them: records to be journalled, with what they change."""

from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from tradestack.domain.order import Order, OrdRejReason
from tradestack.trading.registrations import Registration
from tradestack.wire.order_messages import Register


class Malformed(msgspec.Struct, frozen=True, gc=False):
    """Message that is not an order: the reason, and its ClOrdID, "" if it has none."""

    text: str
    cl_ord_id: str


class Sender(Protocol):
    """Connection that a message came from."""

    user: str
    session_id: str

    def send_unsequenced(self, payload: bytes) -> None:
        """Send a message outside the report stream."""
        ...


class Received(msgspec.Struct, frozen=True, gc=False):
    """Message as bytes and as value, with its sender and time of receipt (ns since 1970)."""

    sender: Sender
    time_ns: int
    payload: bytes
    message: Order | Register | Malformed


class JudgedOrder(msgspec.Struct, frozen=True, gc=False):
    """New order with its number and verdict; record: the payload for the journal."""

    received: Received
    record: bytes
    report_length: int
    order: Order
    identity: int
    order_id: int
    reason: OrdRejReason | None


class JudgedRegister(msgspec.Struct, frozen=True, gc=False):
    """Answered Register."""

    received: Received
    record: bytes
    report_length: int
    feed_session: str
    registration: Registration


class JudgedMalformed(msgspec.Struct, frozen=True, gc=False):
    """Rejected malformed message."""

    received: Received
    record: bytes
    report_length: int


Judged = JudgedOrder | JudgedRegister | JudgedMalformed


@dataclass(slots=True)
class Batch:
    """Decisions on the messages of one loop pass.

    judged: in the order in which they are to be journalled. orders: those among them.
    excess: the messages that the order session had no room for.
    excess_malformed: the malformed ones, beyond what a user may have of them.
    unreadable: orders with a known ClOrdID whose first order cannot be read.
    unrecordable: messages whose records could not be read again, each with the reason.
    duplicates: how many were orders that are known.
    """

    judged: list[Judged] = field(default_factory=list)
    orders: list[JudgedOrder] = field(default_factory=list)
    excess: list[Received] = field(default_factory=list)
    excess_malformed: list[Received] = field(default_factory=list)
    unreadable: list[Received] = field(default_factory=list)
    unrecordable: list[tuple[Received, ValueError]] = field(default_factory=list)
    duplicates: int = 0
    # Later messages of the batch are judged as if the earlier ones were in the state.
    by_identity: dict[int, JudgedOrder] = field(default_factory=dict)
    registrations: dict[tuple[str, str], Registration] = field(default_factory=dict)

    @property
    def records(self) -> list[bytes]:
        """Return the payloads for the journal, in order."""
        return [judged.record for judged in self.judged]
