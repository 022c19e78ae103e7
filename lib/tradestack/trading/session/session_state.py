"""The state of one order session; no I/O.

commit.py adds decisions that were appended to the journal, replay.py records that were read from
it, both by the methods here: so a restart restores the same state. Decisions that the journal
refused are never added.
"""

from collections import Counter, defaultdict

from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus
from tradestack.domain.requests import Request
from tradestack.trading.account.history import AccountAct, AccountHistories
from tradestack.trading.ranges import LENGTH_BITS, Ranges, unpacked
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.trading_state import TradingStates
from tradestack.trading.session.identity import identity_of
from tradestack.trading.session.registrations import Registration, Registrations
from tradestack.trading.session.session_counters import Counters
from tradestack.wire.journal.account_records import (
    CarriedTrading,
    LimitsRecord,
    ReleaseRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import (
    FORMAT_VERSION,
    CarriedRegistration,
    RepairedRecord,
    SessionRecord,
)
from tradestack.wire.journal.raw_values import decode_raw

# At most 230 bytes each, so the header stays within one payload of the journal. Each user's newest
# feed sessions are carried first. A strategy whose registration is dropped meets the rule for a
# feed session in which it has never traded.
CARRIED_MAX = 4_000
# Replay asks for every report: members of an enumeration are looked up once.
_TRADE = ExecType.TRADE
_RENAMING = (ExecType.REPLACED, ExecType.RESTATED)


class SessionState:
    """The state of one order session, begun by its header."""

    __slots__ = (
        "_latest",
        "_latest_carried",
        "_requests",
        "accounts",
        "counters",
        "fills",
        "header",
        "is_repaired",
        "limits",
        "limits_hash",
        "log_reopened_order_id",
        "log_reopened_report",
        "malformed",
        "next_order_id",
        "order_ids",
        "orders",
        "registrations",
        "reports",
        "reports_count",
        "trading",
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
        self._latest = Ranges()  # records of the newest reports on the same orders
        self._latest_carried: dict[int, int] = {}  # of orders of earlier sessions
        self.fills = Ranges()  # records of the fills
        self.order_ids: dict[int, int] = {}  # identity → number of the first order that has it
        self._requests: dict[int, int] = {}  # identity → record of the request
        self.accounts = AccountHistories()
        self.counters = Counters()
        self.limits: dict[str, RiskLimits] = {}  # that the journal has, by hash
        self.limits_hash: str | None = None  # of those that hold; None: the journal has none yet
        self.trading = TradingStates()
        for change in header.trading:
            self.trading.put(change.record)
        # The lines of what was recorded up to these numbers are in an order log that was rotated.
        self.log_reopened_order_id = header.next_order_id - 1
        self.log_reopened_report = 0
        self.registrations = Registrations()
        for carried in header.registrations:
            user, feed_session = carried.user, carried.feed_session
            registration = Registration(carried.config_hash, carried.from_seq, carried.first_seq)
            self.registrations.put(user, feed_session, registration)
            self.registrations.note_traded(user, feed_session, carried.traded_seq)

    def place_of(self, identity: int) -> tuple[int, int] | None:
        """Return the place of the record that first used a name; None if none has."""
        place = self._requests.get(identity)
        if place is not None:
            return unpacked(place)
        order_id = self.order_ids.get(identity)
        if order_id is None:
            return None
        index = order_id - self.header.next_order_id
        return self.orders[index] if index >= 0 else unpacked(self._latest_carried[order_id])

    def latest_place(self, order_id: int) -> tuple[int, int]:
        """Return the place of the newest record with a report on the order."""
        carried = self._latest_carried.get(order_id)
        if carried is not None:
            return unpacked(carried)
        return self._latest[order_id - self.header.next_order_id]

    def reports_of(self, user: str) -> int:
        """Return the number of the user's reports."""
        reports = self.reports.get(user)
        return 0 if reports is None else len(reports)

    def log_reopened(self, last_order_id: int, last_report: int) -> None:
        """Note that the lines up to these numbers are in an order log that was rotated."""
        self.log_reopened_order_id = last_order_id
        self.log_reopened_report = last_report

    def forget_orders(self) -> None:
        """Drop what only another order, or a question about this session, needs; reports stay."""
        self.order_ids.clear()
        self._requests.clear()
        self.orders = Ranges()
        self._latest = Ranges()
        self._latest_carried.clear()
        self.fills = Ranges()
        self.accounts.clear()

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
            limits_hash=self.limits_hash or self.header.limits_hash,
            trading=self.trading_changes(),
        )

    def trading_changes(self) -> tuple[CarriedTrading, ...]:
        """Return the changes that the trading states are from."""
        of_all = [] if self.trading.of_all is None else [self.trading.of_all]
        return tuple(
            CarriedTrading(
                user=change.user,
                state=change.state,
                reason=change.reason,
                uid=change.uid,
                time_ns=change.time_ns,
            )
            for change in [*of_all, *self.trading.users.values()]
        )

    def limits_of(self, limits_hash: str) -> RiskLimits:
        """Return the limits with that hash; raise ValueError if the journal does not have them."""
        limits = self.limits.get(limits_hash)
        if limits is None:
            raise ValueError(f"there is no record of the limits {limits_hash}")
        return limits

    def _carry(self, user: str, feed_session: str) -> CarriedRegistration:
        registration = self.registrations.carried(user, feed_session)
        return CarriedRegistration(
            user=user,
            feed_session=feed_session,
            config_hash=registration.config_hash,
            from_seq=None if self.is_repaired else registration.from_seq,
            first_seq=None if self.is_repaired else registration.first_seq,
            traded_seq=self.registrations.traded_seq(user, feed_session),
        )

    # Places are packed ranges, of records in the journal.

    def add_order(self, identity: int, reason: OrdRejReason | None, place: int) -> None:
        """Add an order, accepted or rejected, with the next number."""
        self.order_ids.setdefault(identity, self.next_order_id)
        self.orders.append(place)
        self._latest.append(place)
        self.next_order_id += 1
        if reason is None:
            self.counters.orders_accepted += 1
        else:
            self.counters.orders_rejected += 1
            self.counters.rejects[reason] += 1

    def add_request(self, user: str, request: Request, place: int) -> None:
        """Add a request about orders."""
        self._requests.setdefault(identity_of(user, request.cl_ord_id), place)
        if request.feed_seq is not None:  # of a person it names no message
            self.note_traded(user, request.feed_session, request.feed_seq)

    def add_execution(
        self,
        user: str,
        cl_ord_id: str,
        order_id: int,
        exec_type: ExecType,
        status: OrdStatus,
        place: int,
    ) -> None:
        """Note the newest report on an order, of this order session or carried over to it.

        Raises ValueError for an order that there is not.
        """
        if order_id >= self.next_order_id:
            raise ValueError(
                f"a report on order {order_id}, and the next one is {self.next_order_id}"
            )
        self.counters.count(exec_type, status)
        if exec_type is _TRADE:
            self.fills.append(place)
        index = order_id - self.header.next_order_id
        if index >= 0:
            self._latest.replace(index, place)
        else:
            self._latest_carried[order_id] = place
        if exec_type in _RENAMING:
            self.order_ids[identity_of(user, cl_ord_id)] = order_id

    def add_act(self, act: AccountAct | LimitsRecord | TradingRecord, place: int) -> None:
        """Add what happened without a report; raise ValueError."""
        if isinstance(act, LimitsRecord):
            self.limits[act.hash] = decode_raw(act.limits, RiskLimits)
            self.limits_hash = act.hash
        elif isinstance(act, TradingRecord):
            self.trading.put(act)
            if act.user is not None:
                self.accounts.add(act.user, act.feed_session, act.feed_seq, place)
        else:
            self.accounts.add_act(act, place)
            if isinstance(act, ReleaseRecord):
                self.registrations.release(act.user, act.feed_session)

    def add_registration(self, user: str, feed_session: str, registration: Registration) -> None:
        """Add an answered Register."""
        self.registrations.put(user, feed_session, registration)
        self.counters.registrations += 1

    def note_traded(self, user: str, feed_session: str | None, feed_seq: int | None) -> None:
        """Note the feed message of an order or request; most go on in a known feed session."""
        traded = self.registrations.traded.get(user)
        if traded is None or feed_seq is None or feed_session not in traded:
            self.registrations.note_traded(user, feed_session, feed_seq)
        elif feed_seq > traded[feed_session]:
            traded[feed_session] = feed_seq

    def add_malformed(self, user: str) -> None:
        """Add a message that did not parse."""
        self.malformed[user] += 1
        self.counters.orders_malformed += 1

    def add_report(self, user: str, end: int, length: int) -> None:
        """Index a report of that length in bytes; end: of it in the journal."""
        self.reports[user].append(end - length << LENGTH_BITS | length)
        self.reports_count += 1

    def add_loss(self, record: RepairedRecord, place: int) -> None:
        """Index the Repaired record in place of each order that was lost."""
        self.is_repaired = True
        self.skip_orders(record.orders_lost, place)

    def skip_orders(self, count: int, place: int) -> None:
        """Index another record in place of the next orders, which are lost."""
        self.next_order_id += count
        self.orders.append_repeatedly(place, count)
        self._latest.append_repeatedly(place, count)
