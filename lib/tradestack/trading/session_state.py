"""The state of one order session, made from its records; no I/O.

    commit(judged, offsets)     add decisions that were appended to the journal
    replay(offset, payload)     add a record that was read from the journal

Both use the same functions, so a restart restores the same state. Decisions that the journal
refused are never added.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from tradestack.domain.order import OrdRejReason
from tradestack.trading.decisions import Judged, JudgedOrder, JudgedRegister
from tradestack.trading.identity import identity_of
from tradestack.trading.ranges import Ranges
from tradestack.trading.registrations import Registration, Registrations
from tradestack.wire.order_journal import (
    FORMAT_VERSION,
    CarriedRegistration,
    LogReopenedRecord,
    MalformedRecord,
    RegisterRecord,
    RepairedRecord,
    SessionRecord,
    report_length,
)
from tradestack.wire.replayed_records import (
    ReplayedExecutionRecord,
    ReplayedOrderRecord,
    ReplayedRecord,
    decode_replayed,
)

# At most 192 bytes each, so the header stays within one payload of the journal. Each user's newest
# feed sessions are carried first. A strategy whose registration is dropped meets the rule for a
# feed session in which it has never traded.
CARRIED_MAX = 5_000


@dataclass(slots=True)
class Counters:
    """Counts since the order session began; orders_received = orders_accepted + orders_rejected."""

    orders_accepted: int = 0
    orders_rejected: int = 0
    orders_malformed: int = 0
    registrations: int = 0
    rejects: "Counter[OrdRejReason]" = field(default_factory=Counter)

    @property
    def orders_received(self) -> int:
        """Orders that parsed, each once: repetitions and malformed messages are counted apart."""
        return self.orders_accepted + self.orders_rejected


class SessionState:
    """The state of one order session, begun by its header."""

    __slots__ = (
        "counters",
        "header",
        "is_repaired",
        "log_reopened_order_id",
        "malformed",
        "next_order_id",
        "order_ids",
        "orders",
        "registrations",
        "reports",
        "reports_count",
    )

    def __init__(self, header: SessionRecord) -> None:
        self.header = header
        self.is_repaired = False  # something of it is lost: it must not take orders any more
        self.next_order_id = header.next_order_id
        # By user: the places of the reports; empty for a user who has none yet.
        self.reports: defaultdict[str, Ranges] = defaultdict(Ranges)
        self.reports_count = 0
        self.malformed: Counter[str] = Counter()  # malformed messages, by user
        self.orders = Ranges()  # records of the numbered orders, from header.next_order_id on
        self.order_ids: dict[int, int] = {}  # identity → number of the first order that has it
        self.counters = Counters()
        # order_log.txt holds no number up to this one that is still to be written.
        self.log_reopened_order_id = header.next_order_id - 1
        self.registrations = Registrations()
        for carried in header.registrations:
            user, feed_session = carried.user, carried.feed_session
            registration = Registration(carried.config_hash, carried.from_seq)
            self.registrations.put(user, feed_session, registration)
            self.registrations.note_traded(user, feed_session, carried.traded_seq)

    def commit(self, judged: Sequence[Judged], offsets: Sequence[int]) -> None:
        """Add decisions whose records are in the journal at these offsets."""
        for item, offset in zip(judged, offsets, strict=True):
            user, length = item.received.sender.user, len(item.record)
            if isinstance(item, JudgedOrder):
                order = item.order
                self._add_order(item.identity, item.reason, offset, length)
                self._note_traded(user, order.feed_session, order.feed_seq)
            elif isinstance(item, JudgedRegister):
                self._add_registration(user, item.feed_session, item.registration)
            else:
                self._add_malformed(user)
            self._add_report(user, offset + length - 1, item.report_length)

    def replay(self, offset: int, payload: bytes) -> None:
        """Add the record in a payload after the header; raise ValueError if it is refused."""
        self.add(decode_replayed(payload), offset, payload)

    def add(self, record: ReplayedRecord, offset: int, payload: bytes) -> None:
        """Add a record that was read from this payload; raise ValueError as `replay`.

        A refused record changes nothing.
        """
        if isinstance(record, ReplayedOrderRecord):  # first: nearly all records are orders
            length = report_length(payload)
            order_id, reason = record.report.order_id, record.report.ord_rej_reason
            if order_id != self.next_order_id:
                raise ValueError(f"order {order_id} follows order {self.next_order_id - 1}")
            user, order = record.user, record.order
            self._add_order(identity_of(user, order.cl_ord_id), reason, offset, len(payload))
            self._note_traded(user, order.feed_session, order.feed_seq)
        elif isinstance(record, ReplayedExecutionRecord):
            length = report_length(payload)
        elif isinstance(record, RegisterRecord):
            length = report_length(payload)
            registration = Registration(record.register.config_hash, record.report.from_seq)
            self._add_registration(record.user, record.register.feed_session, registration)
        elif isinstance(record, MalformedRecord):
            length = report_length(payload)
            self._add_malformed(record.user)
        else:
            self._add_unreported(record, offset, len(payload))
            return
        self._add_report(record.user, offset + len(payload) - 1, length)

    def reports_of(self, user: str) -> int:
        """Return the number of the user's reports."""
        reports = self.reports.get(user)
        return 0 if reports is None else len(reports)

    def log_reopened(self, last_order_id: int) -> None:
        """Note that the lines up to this number are in an order log that was rotated."""
        self.log_reopened_order_id = last_order_id

    def forget_orders(self) -> None:
        """Drop what only the judging of another order needs; reports stay."""
        self.order_ids.clear()
        self.orders = Ranges()

    def next_header(self, session: str, now_ns: int, boot_id: str | None = None) -> SessionRecord:
        """Return the header of the order session that follows this one."""
        # By age among the user's own; each user's oldest first, as they were put.
        by_age = [
            (age, self._carry(user, feed_session))
            for user, sessions in self.registrations
            for age, feed_session in enumerate(reversed(sessions))
        ]
        by_age.sort(key=lambda carried: -carried[0])
        carried = [carried for _age, carried in by_age[-CARRIED_MAX:]]
        return SessionRecord(
            version=FORMAT_VERSION,
            session=session,
            time_ns=now_ns,
            next_order_id=self.next_order_id,
            registrations=tuple(carried),
            boot_id=boot_id,
        )

    def _carry(self, user: str, feed_session: str) -> CarriedRegistration:
        registration = self.registrations.carried(user, feed_session)
        return CarriedRegistration(
            user=user,
            feed_session=feed_session,
            config_hash=registration.config_hash,
            from_seq=None if self.is_repaired else registration.from_seq,
            traded_seq=self.registrations.traded_seq(user, feed_session),
        )

    def _add_order(
        self, identity: int, reason: OrdRejReason | None, offset: int, length: int
    ) -> None:
        self.order_ids.setdefault(identity, self.next_order_id)
        self.orders.append(offset, length)
        self.next_order_id += 1
        if reason is None:
            self.counters.orders_accepted += 1
        else:
            self.counters.orders_rejected += 1
            self.counters.rejects[reason] += 1

    def _add_registration(self, user: str, feed_session: str, registration: Registration) -> None:
        self.registrations.put(user, feed_session, registration)
        self.counters.registrations += 1

    def _note_traded(self, user: str, feed_session: str | None, feed_seq: int | None) -> None:
        """Note the feed message of an order; most are the next ones of a known feed session."""
        traded = self.registrations.traded.get(user)
        if traded is None or feed_seq is None or feed_session not in traded:
            self.registrations.note_traded(user, feed_session, feed_seq)
        elif feed_seq > traded[feed_session]:
            traded[feed_session] = feed_seq

    def _add_malformed(self, user: str) -> None:
        self.malformed[user] += 1
        self.counters.orders_malformed += 1

    def _add_report(self, user: str, end: int, length: int) -> None:
        """Index a report, which ends before the closing brace of its record."""
        self.reports[user].append(end - length, length)
        self.reports_count += 1

    def _add_unreported(self, record: ReplayedRecord, offset: int, length: int) -> None:
        """Add a record without a report; those about accounts change nothing here."""
        if isinstance(record, LogReopenedRecord):
            self.log_reopened(record.last_order_id)
        elif isinstance(record, RepairedRecord):
            self._add_loss(record, offset, length)
        elif isinstance(record, SessionRecord):
            raise ValueError("a second session header")

    def _add_loss(self, record: RepairedRecord, offset: int, length: int) -> None:
        """Index the Repaired record in place of each order that was lost."""
        self.is_repaired = True
        self.next_order_id += record.orders_lost
        self.orders.append_repeatedly(offset, length, record.orders_lost)
