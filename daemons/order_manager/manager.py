"""records of one order session → its state. No I/O.

    commit(entries, offsets)    what was judged is in the journal now: takes it over
    replay(offset, payload)     takes over a record that the journal had

Both end in the same function, so what a restart finds is what there was. What the journal refused
was never taken over: the state has never known it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tradestack.domain.orders import OrdRejReason

from daemons.order_manager.identity import Identity, identify
from daemons.order_manager.ranges import Ranges
from daemons.order_manager.records import (
    FORMAT_VERSION,
    CarriedRegistration,
    LogReopenedRecord,
    MalformedRecord,
    OrderRecord,
    RegisterRecord,
    ReportedRecord,
    SessionRecord,
    decode_record,
    report_length,
)
from daemons.order_manager.registrations import Registration, Registrations

# About 100 bytes each: the header stays within one payload of the journal. A strategy whose
# registration is dropped meets the rule for a feed session it has never traded in.
CARRIED_MAX = 8_000


class Entry(NamedTuple):
    """One record of the journal with its bytes; digests: of an order."""

    record: ReportedRecord
    payload: bytes
    digests: Identity | None


@dataclass(slots=True)
class Counters:
    """Since the order session began; orders_received = orders_accepted + orders_rejected."""

    orders_accepted: int = 0
    orders_rejected: int = 0
    orders_malformed: int = 0
    registrations: int = 0
    rejects: "Counter[OrdRejReason]" = field(default_factory=Counter)

    @property
    def orders_received(self) -> int:
        """Orders that parsed, each once: repetitions and what did not parse are counted apart."""
        return self.orders_accepted + self.orders_rejected


class Manager:
    """The state of one order session, begun by its header."""

    __slots__ = (
        "counters",
        "header",
        "known",
        "log_reopened_order_id",
        "next_order_id",
        "orders",
        "registrations",
        "reports",
        "reports_count",
    )

    def __init__(self, header: SessionRecord) -> None:
        self.header = header
        self.next_order_id = header.next_order_id
        self.reports: dict[str, Ranges] = {}  # by user: where his reports stand
        self.reports_count = 0
        self.orders = Ranges()  # records of the numbered orders, from header.next_order_id on
        self.counters = Counters()
        # order_log.txt holds no number up to this one that is still to be written.
        self.log_reopened_order_id = header.next_order_id - 1
        self.known: dict[bytes, bytes] = {}
        self.registrations = Registrations()
        for carried in header.registrations:
            registration = Registration(carried.config_hash, from_seq=None)
            self.registrations.put(carried.user, carried.feed_session, registration)

    def commit(self, entries: Sequence[Entry], offsets: Sequence[int]) -> None:
        """The entries are in the journal, their payloads at these offsets."""
        for entry, offset in zip(entries, offsets, strict=True):
            self._apply(entry, offset)

    def replay(self, offset: int, payload: bytes) -> None:
        """A record after the header; msgspec.DecodeError or ValueError for what is none."""
        record = decode_record(payload)
        match record:
            case SessionRecord():
                raise ValueError("a second session header")
            case LogReopenedRecord():
                self.log_reopened(record.last_order_id)
            case OrderRecord():
                self._apply(Entry(record, payload, identify(record.user, record.order)), offset)
            case _:
                self._apply(Entry(record, payload, None), offset)

    def log_reopened(self, last_order_id: int) -> None:
        """Lines up to this number stand in an order log that was put away."""
        self.log_reopened_order_id = last_order_id

    def stream_ranges(self, user: str) -> Ranges:
        """The index of this user's reports, empty for one who has none yet."""
        return self.reports.setdefault(user, Ranges())

    def next_header(self, session: str, now_ns: int) -> SessionRecord:
        """The header of the order session that follows this one."""
        carried = [
            CarriedRegistration(
                user=user, feed_session=feed_session, config_hash=registration.config_hash
            )
            for user, sessions in self.registrations
            for feed_session, registration in sessions.items()
        ]
        return SessionRecord(
            format_version=FORMAT_VERSION,
            session=session,
            time_ns=now_ns,
            next_order_id=self.next_order_id,
            registrations=tuple(carried[-CARRIED_MAX:]),
        )

    def _apply(self, entry: Entry, offset: int) -> None:
        """The one way in which a journalled record becomes state."""
        record, payload, digests = entry
        length = report_length(payload)
        self.stream_ranges(record.user).append(offset + len(payload) - 1 - length, length)
        self.reports_count += 1
        if digests is not None:
            self.orders.append(offset, len(payload))
            self.next_order_id += 1
            self.known.setdefault(*digests)
        match record:
            case OrderRecord():
                self._count(record)
            case RegisterRecord():
                feed_session = record.register.feed_session
                self.registrations.put(record.user, feed_session, registration_of(record))
                self.counters.registrations += 1
            case MalformedRecord():
                self.counters.orders_malformed += 1

    def _count(self, record: OrderRecord) -> None:
        reason = record.report.ord_rej_reason
        if reason is None:
            self.counters.orders_accepted += 1
        else:
            self.counters.orders_rejected += 1
            self.counters.rejects[reason] += 1


def registration_of(record: RegisterRecord) -> Registration:
    """What the state remembers of a Register."""
    return Registration(record.register.config_hash, record.report.from_seq)
