"""Received messages, and the decisions on them: records to be journalled, with what they change."""

from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.order import Order, OrdRejReason
from tradestack.domain.requests import OrderStatusRequest, Request
from tradestack.trading.account.history import AccountAct, AccountKey
from tradestack.trading.risk.codes import Breach
from tradestack.trading.risk.judge_risk import NearLimits
from tradestack.trading.session.registrations import Registration
from tradestack.wire.journal.account_records import LimitsRecord, TradingRecord
from tradestack.wire.order_messages import Progress, Register


class Malformed(msgspec.Struct, frozen=True, gc=False):
    """Message that is not an order: the reason, its ClOrdID and MsgType, "" if it has none."""

    text: str
    cl_ord_id: str
    msg_type: str = ""


Message = Order | Request | OrderStatusRequest | Register | Progress | Malformed


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
    message: Message


class JudgedOrder(msgspec.Struct, frozen=True, gc=False):
    """New order with its number and verdict; record: the payload for the journal.

    account: the feed session whose tape executes it, None if nothing does. cause: the message there
    that it was sent for.
    """

    user: str
    record: bytes
    report_length: int
    received: Received
    order: Order
    identity: int
    order_id: int
    reason: OrdRejReason | None
    account: str | None
    cause: int | None


class JudgedRequest(msgspec.Struct, frozen=True, gc=False):
    """Cancel, replace or mass cancel; account, cause: None if no account has taken it."""

    user: str
    record: bytes
    received: Received
    request: Request
    identity: int
    account: str | None
    cause: int | None


class JudgedRegister(msgspec.Struct, frozen=True, gc=False):
    """Answered Register."""

    user: str
    record: bytes
    report_length: int
    received: Received
    feed_session: str
    registration: Registration


class JudgedMalformed(msgspec.Struct, frozen=True, gc=False):
    """Rejected malformed message."""

    user: str
    record: bytes
    report_length: int
    received: Received


class JudgedExecution(msgspec.Struct, frozen=True, gc=False):
    """Report that follows on an order, or on a request about one."""

    user: str
    record: bytes
    report_length: int
    report: Report


Act = AccountAct | LimitsRecord | TradingRecord


class JudgedAct(msgspec.Struct, frozen=True, gc=False):
    """Anything else that is journalled without a report."""

    user: str
    record: bytes
    act: Act


UNREPORTED = (JudgedRequest, JudgedAct)  # decisions without a report; as a tuple, which is quicker
Judged = (
    JudgedOrder | JudgedRequest | JudgedRegister | JudgedMalformed | JudgedExecution | JudgedAct
)


@dataclass(slots=True)
class Batch:
    """Decisions on the messages of one loop pass.

    judged: in the order in which they are to be journalled. orders: those among them.
    excess: the messages that the order session had no room for.
    excess_malformed: the malformed ones, beyond what a user may have of them.
    unreadable: orders with a known ClOrdID whose first order cannot be read.
    unrecordable: messages whose records could not be read again, each with the reason.
    duplicates: how many were orders or requests that are known.
    unavailable: messages for accounts that cannot be used, each with the reason.
    alarms: limits that were broken and refuse nothing. near: limits that are nearly used up.
    answers: to messages that leave no trace. progressed: what strategies have said. touched: the
    accounts that may have changed. spoiled: those among them with a change that no record has.
    opened: those that have taken over what another one left.
    """

    judged: list[Judged] = field(default_factory=list)
    orders: list[JudgedOrder] = field(default_factory=list)
    excess: list[Received] = field(default_factory=list)
    excess_malformed: list[Received] = field(default_factory=list)
    unreadable: list[tuple[Received, OSError]] = field(default_factory=list)
    unrecordable: list[tuple[Received, ValueError]] = field(default_factory=list)
    unavailable: list[tuple[Received, Exception]] = field(default_factory=list)
    duplicates: int = 0
    alarms: list[Breach] = field(default_factory=list)
    near: NearLimits = field(default_factory=dict)
    answers: list[tuple[Received, ExecutionReport]] = field(default_factory=list)
    progressed: list[tuple[Received, AccountKey]] = field(default_factory=list)
    touched: set[AccountKey] = field(default_factory=set)
    spoiled: set[AccountKey] = field(default_factory=set)
    opened: list[AccountKey] = field(default_factory=list)
    # Later messages of the batch are judged as if the earlier ones were in the state.
    by_identity: dict[int, JudgedOrder | JudgedRequest] = field(default_factory=dict)
    registrations: dict[tuple[str, str], Registration] = field(default_factory=dict)

    @property
    def records(self) -> list[bytes]:
        """Return the payloads for the journal, in order."""
        return [judged.record for judged in self.judged]
