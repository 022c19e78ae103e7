"""Records that were read from the journal → the state of the order session."""

from tradestack.trading.identity import identity_of
from tradestack.trading.registrations import Registration
from tradestack.trading.session_state import SessionState
from tradestack.wire.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.order_journal import (
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

# As a tuple: a union of types takes isinstance twenty times as long.
_REPORTED = (ReplayedOrderRecord, ReplayedExecutionRecord, RegisterRecord, MalformedRecord)


def replay(state: SessionState, offset: int, payload: bytes) -> None:
    """Add the record in a payload after the header; raise ValueError if it is refused."""
    add_record(state, decode_replayed(payload), offset, payload)


def add_record(state: SessionState, record: ReplayedRecord, offset: int, payload: bytes) -> None:
    """Add a record that was read from this payload; raise ValueError as `replay`.

    A refused record changes nothing.
    """
    if not isinstance(record, _REPORTED):
        _add_unreported(state, record, offset, len(payload))
        return
    length = report_length(payload)
    if isinstance(record, ReplayedOrderRecord):  # first: nearly all records are orders
        _add_order(state, record, offset, len(payload))
    else:
        _add_reported(state, record, offset, len(payload))
    state.add_report(record.user, offset + len(payload) - 1, length)


def _add_order(state: SessionState, record: ReplayedOrderRecord, offset: int, length: int) -> None:
    user, order, order_id = record.user, record.order, record.report.order_id
    if order_id != state.next_order_id:
        raise ValueError(f"order {order_id} follows order {state.next_order_id - 1}")
    reason = record.report.ord_rej_reason
    state.add_order(identity_of(user, order.cl_ord_id), reason, offset, length)
    state.note_traded(user, order.feed_session, order.feed_seq)
    state.accounts.add(user, record.feed_session, record.cause, offset, length)


def _add_reported(
    state: SessionState,
    record: ReplayedExecutionRecord | RegisterRecord | MalformedRecord,
    offset: int,
    length: int,
) -> None:
    match record:
        case ReplayedExecutionRecord(user=user, report=report):
            if report.exec_type and report.ord_status and report.order_id is not None:
                state.add_execution(user, report.cl_ord_id, report.order_id, report.exec_type,
                                    report.ord_status, offset, length)  # fmt: skip
            state.accounts.add(user, report.feed_session, report.feed_seq, offset, length)
        case RegisterRecord(user=user, register=register):
            answer = record.report
            registration = Registration(register.config_hash, answer.from_seq, answer.first_seq)
            state.add_registration(user, register.feed_session, registration)
            state.accounts.add(user, register.feed_session, 0, offset, length)
        case MalformedRecord(user=user):
            state.add_malformed(user)


def _add_unreported(state: SessionState, record: ReplayedRecord, offset: int, length: int) -> None:
    match record:
        case RequestRecord(user=user):
            state.add_request(user, record.request, offset, length)
            state.accounts.add(user, record.feed_session, record.cause, offset, length)
        case AccountRecord() | CheckpointRecord() | ReleaseRecord() | EndedRecord():
            state.add_act(record, offset, length)
        case LimitsRecord() | TradingRecord():
            state.add_act(record, offset, length)
        case LogReopenedRecord():
            state.log_reopened(record.last_order_id, record.last_report)
        case RepairedRecord():
            state.add_loss(record, offset, length)
        case SessionRecord():
            raise ValueError("a second session header")
