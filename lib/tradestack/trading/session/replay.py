"""Records that were read from the journal → the state of the order session."""

from collections.abc import Iterable

from tradestack.trading.ranges import packed
from tradestack.trading.session.identity import identity_of
from tradestack.trading.session.registrations import Registration
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import (
    LogReopenedRecord,
    MalformedRecord,
    RegisterRecord,
    RepairedRecord,
    SessionRecord,
    report_length,
)
from tradestack.wire.journal.replayed_records import (
    ReplayedExecutionRecord,
    ReplayedOrderRecord,
    ReplayedRecord,
    decode_replayed,
)

# As a tuple: a union of types takes isinstance twenty times as long.
_REPORTED = (RegisterRecord, MalformedRecord)


def replay(state: SessionState, payloads: Iterable[tuple[int, bytes]]) -> None:
    """Add the records in payloads after the header, each with its offset in the journal.

    Raises ValueError for the one taken last, if it is refused.
    """
    for offset, payload in payloads:
        add_record(state, decode_replayed(payload), offset, payload)


def add_record(state: SessionState, record: ReplayedRecord, offset: int, payload: bytes) -> None:
    """Add a record that was read from this payload; raise ValueError as `replay`.

    A refused record changes nothing.
    """
    # Nearly all records are of these two kinds.
    if isinstance(record, ReplayedExecutionRecord):
        _add_execution(state, record, offset, payload)
    elif isinstance(record, ReplayedOrderRecord):
        _add_order(state, record, offset, payload)
    elif isinstance(record, _REPORTED):
        _add_reported(state, record, offset, payload)
    else:
        _add_unreported(state, record, packed(offset, len(payload)))


def _add_execution(
    state: SessionState, record: ReplayedExecutionRecord, offset: int, payload: bytes
) -> None:
    user, report, length = record.user, record.report, len(payload)
    own_length, place = report_length(payload), packed(offset, length)
    if report.exec_type and report.ord_status and report.order_id is not None:
        state.add_execution(user, report.cl_ord_id, report.order_id, report.exec_type,
                            report.ord_status, place)  # fmt: skip
    state.accounts.add(user, report.feed_session, report.feed_seq, place)
    state.add_report(user, offset + length - 1, own_length)


def _add_order(
    state: SessionState, record: ReplayedOrderRecord, offset: int, payload: bytes
) -> None:
    user, order, order_id = record.user, record.order, record.report.order_id
    length = len(payload)
    own_length, place = report_length(payload), packed(offset, length)
    if order_id != state.next_order_id:
        raise ValueError(f"order {order_id} follows order {state.next_order_id - 1}")
    reason = record.report.ord_rej_reason
    state.add_order(identity_of(user, order.cl_ord_id), reason, place)
    state.note_traded(user, order.feed_session, order.feed_seq)
    state.accounts.add(user, record.feed_session, record.cause, place)
    state.add_report(user, offset + length - 1, own_length)


def _add_reported(
    state: SessionState, record: RegisterRecord | MalformedRecord, offset: int, payload: bytes
) -> None:
    user, length, own_length = record.user, len(payload), report_length(payload)
    if isinstance(record, RegisterRecord):
        register, answer = record.register, record.report
        registration = Registration(register.config_hash, answer.from_seq, answer.first_seq)
        state.add_registration(user, register.feed_session, registration)
        state.accounts.add(user, register.feed_session, 0, packed(offset, length))
    else:
        state.add_malformed(user)
    state.add_report(user, offset + length - 1, own_length)


def _add_unreported(state: SessionState, record: ReplayedRecord, place: int) -> None:
    match record:
        case RequestRecord(user=user):
            state.add_request(user, record.request, place)
            state.accounts.add(user, record.feed_session, record.cause, place)
        case AccountRecord() | CheckpointRecord() | ReleaseRecord() | EndedRecord():
            state.add_act(record, place)
        case LimitsRecord() | TradingRecord():
            state.add_act(record, place)
        case LogReopenedRecord():
            state.log_reopened(record.last_order_id, record.last_report)
        case RepairedRecord():
            state.add_loss(record, place)
        case SessionRecord():
            raise ValueError("a second session header")
