"""The accounts of a run, folded once more from journals and feed logs.

Each user's requests in each feed session are taken from all order journals and folded over the
whole tape, as if nothing had happened between them: no restart, no checkpoint, no other order
session. Every report has to be the one that a journal has.

An operator's act has no place in the feed, so the accounts of a user whose trading state was set
are verified as `tradestackctl verify` does it: it takes the act from where it is in the journal.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tests.faults.compare.evidence import Evidence, journals_in
from tests.faults.compare.listing import shown
from tradestack.domain.execution_report import ExecutionReport, Report
from tradestack.domain.order import ExecRestatementReason
from tradestack.store.feed_tape import FeedTape
from tradestack.trading.account.history import AccountHistory, AccountKey
from tradestack.trading.account.holdings.portfolio import Portfolio
from tradestack.trading.account_recovery import JournalContradicted, rebuild
from tradestack.trading.ranges import packed
from tradestack.trading.risk.trading_state import StateAct
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.session_state import SessionState
from tradestack.trading.verification.difference import Differs
from tradestack.trading.verification.verification import Verification
from tradestack.wire.journal.account_records import (
    AccountRecord,
    EndedRecord,
    ExecutionRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import (
    OrderRecord,
    Record,
    RegisterRecord,
    SessionRecord,
    decode_record,
)

_CHECKSUM_LENGTH = 9


@dataclass(slots=True)
class Refolded:
    """What the accounts have in the end, and what is wrong with them."""

    portfolios: dict[AccountKey, Portfolio] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Requests:
    """An account's beginning, and its records in all order sessions."""

    begin: AccountRecord
    records: list[Record] = field(default_factory=list)


class _NothingFurther:
    """A sink for an account that the journal has every report of."""

    def name(self) -> tuple[str, int]:
        """Raise JournalContradicted: no further report is due."""
        raise JournalContradicted("a report comes that is in no journal")

    def take(self, user: str, report: Report) -> None:
        """Take nothing: `name` is called before."""
        raise AssertionError(f"{user}: {report}")

    def change_state(self, act: StateAct, feed_session: str, feed_seq: int) -> TradingRecord:
        """Raise JournalContradicted: no further change is due."""
        raise JournalContradicted(f"{act} at {feed_session} {feed_seq} is in no journal")


def with_accounts(evidence: Evidence, directory: Path) -> Evidence:
    """Add what the accounts have in the end; directory: of the stack, which has stopped."""
    sessions = {session.id for session in evidence.order_sessions}
    found = _refold(directory, [path for path in journals_in(directory) if path.stem in sessions])
    portfolios = {key: msgspec.json.encode(each) for key, each in found.portfolios.items()}
    faults = [*evidence.faults, *shown(found.faults)]
    return dataclasses.replace(evidence, portfolios=portfolios, faults=faults)


def _refold(directory: Path, journals: Sequence[Path]) -> Refolded:
    """Fold the accounts of the journals over the feed logs in a state directory."""
    found, limits, acted_on = Refolded(), _limits_of(journals), _users_acted_on(journals)
    for key, requests in _accounts_of(journals).items():
        user, feed_session = key
        tape = FeedTape.open(directory / "state" / "gateway", feed_session)
        try:
            met = max((_feed_seq(record) for record in requests.records), default=0)
            if met > tape.head:
                continue  # the feed session has ended early, after a power cut
            if not any(isinstance(record, EndedRecord) for record in requests.records):
                found.faults.append(f"account of {user} in {feed_session}: it has not ended")
            if user in acted_on:
                _verify(user, feed_session, tape, journals)
            else:
                found.portfolios[key] = _fold(user, requests, tape, limits)
        except (JournalContradicted, Differs) as fault:
            found.faults.append(f"account of {user} in {feed_session}: {fault}")
        finally:
            tape.close()
    return found


def _fold(user: str, requests: _Requests, tape: FeedTape, limits: SessionState) -> Portfolio:
    """Fold an account; limits: a state that has those of all journals."""
    begin, records = requests.begin, requests.records
    history = AccountHistory(bytes(begin.execution), [bytes(begin.state)])
    for number in range(len(records)):
        history.add(packed(number, 1), 0)
    known = KnownOrders(limits, lambda number, _length: records[number])
    account = rebuild(user, history, tape, known, _NothingFurther())
    return account.state.portfolio


def _verify(user: str, feed_session: str, tape: FeedTape, journals: Sequence[Path]) -> None:
    """Fold an account as `tradestackctl verify` does. Raises Differs."""
    verification = Verification(feed_session, lambda: tape, only_user=user)
    for journal in journals:
        lines = journal.read_bytes().split(b"\n")[:-1]
        verification.begin(_header_of(lines))
        for number, line in enumerate(lines[1:], 2):
            verification.take(number, line[_CHECKSUM_LENGTH:])
    verification.finish()


def _users_acted_on(journals: Sequence[Path]) -> set[str]:
    """Return the users whose trading state an operator has set."""
    users = set()
    for journal in journals:
        for line in journal.read_bytes().split(b"\n")[:-1]:
            if b'"Record":"Trading"' in line[:40]:
                record = decode_record(line[_CHECKSUM_LENGTH:])
                assert isinstance(record, TradingRecord)
                if record.user is not None and record.feed_session is None:
                    users.add(record.user)
    return users


def _limits_of(journals: Sequence[Path]) -> SessionState:
    """Return a state without orders that has the limits of all journals."""
    state = SessionState(_header_of(journals[0].read_bytes().split(b"\n")))
    for journal in journals:
        for line in journal.read_bytes().split(b"\n")[:-1]:
            if b'"Record":"Limits"' in line[:40]:
                record = decode_record(line[_CHECKSUM_LENGTH:])
                assert isinstance(record, LimitsRecord)
                state.add_act(record, 0)
    return state


def _header_of(lines: Sequence[bytes]) -> SessionRecord:
    header = decode_record(lines[0][_CHECKSUM_LENGTH:])
    assert isinstance(header, SessionRecord)
    return header


def _accounts_of(journals: Sequence[Path]) -> dict[AccountKey, _Requests]:
    """Collect the records of each account, without those that carry it to the next session."""
    accounts: dict[AccountKey, _Requests] = {}
    for journal in journals:
        for record in _own_records(journal):
            key = _key_of(record)
            if key is None:
                continue
            if isinstance(record, AccountRecord):
                accounts[key] = _Requests(record)
            elif key in accounts:
                accounts[key].records.append(record)
    return accounts


def _own_records(journal: Path) -> Iterator[Record]:
    """Yield the records of an order session that no earlier one has.

    It begins with copies of accounts, and RESTATED reports that belong to them. What else it begins
    with are results that the session before has lost with its end.
    """
    lines = journal.read_bytes().split(b"\n")[:-1]
    carried = _header_of(lines).carried
    for number, line in enumerate(lines[1:]):
        record = decode_record(line[_CHECKSUM_LENGTH:])
        if number >= carried or _is_result(record):
            yield record


def _is_result(record: Record) -> bool:
    """Return whether it follows from an account's fold, and is no copy of what is known."""
    if isinstance(record, TradingRecord):
        return True
    if not isinstance(record, ExecutionRecord):
        return False
    report = record.report
    is_renewal = (
        isinstance(report, ExecutionReport)
        and report.restatement_reason is ExecRestatementReason.RENEWAL
    )
    return not is_renewal


def _key_of(record: Record) -> AccountKey | None:
    """Return the account that is folded by the record; None if none is."""
    match record:
        case ExecutionRecord():
            session = record.report.feed_session
        case RegisterRecord():
            session = record.register.feed_session
        case AccountRecord() | OrderRecord() | RequestRecord() | ReleaseRecord() | EndedRecord():
            session = record.feed_session
        case TradingRecord() if record.user is not None:
            session = record.feed_session
        case _:
            return None
    return None if session is None or record.user is None else (record.user, session)


def _feed_seq(record: Record) -> int:
    match record:
        case ExecutionRecord():
            return record.report.feed_seq or 0
        case OrderRecord() | RequestRecord():
            return record.cause or 0
        case ReleaseRecord() | EndedRecord():
            return record.feed_seq
        case _:
            return 0
