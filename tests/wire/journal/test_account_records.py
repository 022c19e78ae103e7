"""Records about execution: what is written can be read, by the check and by replay."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wire.drawn_messages import (
    between,
    executions,
    money,
    orders,
    reports,
    requests,
    sequences,
    session_ids,
    times,
    visible,
)
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdStatus
from tradestack.domain.trading_state import TradingState
from tradestack.wire.journal.account_records import (
    RAW_BYTES_MAX,
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.execution_record import encode_execution
from tradestack.wire.journal.order_journal import (
    OrderRecord,
    Record,
    decode_record,
    encode_record,
    report_length,
)
from tradestack.wire.journal.replayed_records import (
    ReplayedExecutionRecord,
    ReplayedOrderRecord,
    decode_replayed,
)
from tradestack.wire.orders import encode_message

users = visible(6)
raws = st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=8), max_size=4).map(
    lambda fields: msgspec.Raw(msgspec.json.encode(fields))
)
caused = {"feed_session": session_ids, "cause": sequences, "arrival_ns": times}
executed_orders = st.builds(
    OrderRecord,
    time_ns=times,
    user=users,
    order=orders,
    report=executions.filter(lambda report: report.order_id is not None),
    **caused,
)
execution_records = st.builds(ExecutionRecord, time_ns=times, user=users, report=reports)
numbered = {
    "time_ns": times,
    "user": users,
    "feed_session": session_ids,
    "feed_seq": sequences,
}
others = st.one_of(
    st.builds(RequestRecord, time_ns=times, user=users, request=requests, **caused),
    st.builds(
        AccountRecord,
        time_ns=times,
        user=users,
        feed_session=session_ids,
        execution=raws,
        state=raws,
    ),
    st.builds(
        CheckpointRecord,
        time_ns=times,
        user=users,
        feed_session=session_ids,
        part=between(1, 7),
        parts=between(7, 10**6),
        state=raws,
    ),
    st.builds(ReleaseRecord, **numbered),
    st.builds(EndedRecord, **numbered),
    st.builds(LimitsRecord, time_ns=times, hash=visible(32), limits=raws),
    st.builds(
        TradingRecord,
        time_ns=times,
        user=st.none() | users,
        state=st.sampled_from(TradingState),
        reason=st.text(max_size=30),
        uid=between(0, 2**32 - 1),
        equity=st.none() | money,
    ),
)


@given(executed_orders | execution_records | others)
def test_a_record_survives(record: Record) -> None:
    """It decodes to itself, from one line of JSON whose first field is its kind."""
    payload = encode_record(record)

    assert decode_record(payload) == record
    assert b"\n" not in payload
    kind = type(record).__name__.removesuffix("Record")
    assert payload.startswith(b'{"Record":"%b",' % kind.encode())


@given(executed_orders | execution_records)
def test_a_report_is_the_last_field(record: OrderRecord | ExecutionRecord) -> None:
    """It is there byte for byte as it is sent."""
    payload = encode_record(record)

    assert payload[-1 - report_length(payload) : -1] == encode_message(record.report)


@given(execution_records)
def test_a_report_is_joined_as_it_is_encoded(record: ExecutionRecord) -> None:
    """Byte for byte, whether it is plain or not."""
    payload = encode_record(record)

    assert encode_execution(record.time_ns, record.user, record.report) == (
        payload,
        report_length(payload),
    )


@given(others)
def test_replay_reads_rare_records_whole(record: Record) -> None:
    """They are few: replay has no type of its own for them."""
    assert decode_replayed(encode_record(record)) == record


@given(executed_orders, st.booleans())
def test_replay_reads_where_an_order_met_the_feed(record: OrderRecord, in_order: bool) -> None:
    """User, number and the place in the feed, in whatever order the fields are."""
    replayed = decode_replayed(encode_record(record) if in_order else shuffled(record))

    assert isinstance(replayed, ReplayedOrderRecord)
    assert (replayed.user, replayed.report.order_id) == (record.user, record.report.order_id)
    assert (replayed.feed_session, replayed.cause, replayed.arrival_ns) == (
        record.feed_session,
        record.cause,
        record.arrival_ns,
    )


@given(execution_records, st.booleans())
def test_replay_reads_which_message_made_a_report(record: ExecutionRecord, in_order: bool) -> None:
    """Of a report of any kind."""
    replayed = decode_replayed(encode_record(record) if in_order else shuffled(record))

    assert isinstance(replayed, ReplayedExecutionRecord)
    assert replayed.user == record.user
    assert (replayed.report.feed_session, replayed.report.feed_seq) == (
        record.report.feed_session,
        record.report.feed_seq,
    )


def shuffled(record: Record) -> bytes:
    """Return the record's JSON with the fields in the opposite order."""
    fields = msgspec.json.decode(encode_record(record))
    return msgspec.json.encode(dict(reversed(fields.items())))


def an_account(execution: bytes) -> AccountRecord:
    """An account with this execution model."""
    return AccountRecord(
        time_ns=1,
        user="news",
        feed_session="3DAA200000",
        execution=msgspec.Raw(execution),
        state=msgspec.Raw(b"{}"),
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'"text"',
        b"{",
        b"{}}",
        b'{},"Interactive":true',
        b"{\n}",
        b' {"a":1}',
        b'{"a":"\xff"}',
        b'{"a":"' + b"x" * RAW_BYTES_MAX + b'"}',
    ],
)
def test_what_is_not_a_json_object_of_one_line_is_refused(raw: bytes) -> None:
    """It would damage the journal, or could not be read back."""
    with pytest.raises(ValueError, match=r"\w"):
        encode_record(an_account(raw))


def test_the_longest_state_fits_a_line() -> None:
    """A part of RAW_BYTES_MAX is written; the parts are numbered from 1."""
    state = msgspec.Raw(b'{"a":"' + b"x" * (RAW_BYTES_MAX - 8) + b'"}')
    record = CheckpointRecord(
        time_ns=1, user="news", feed_session="3DAA200000", part=1, parts=1, state=state
    )

    assert decode_record(encode_record(record)) == record
    for part in (0, 2):
        with pytest.raises(ValueError, match="part"):
            encode_record(msgspec.structs.replace(record, part=part))


@pytest.mark.parametrize(
    "report",
    [
        ExecutionReport(
            cl_ord_id="",
            exec_id="",
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.FILLED,
            transact_time_ns=-1,
        ),
        ExecutionReport(
            cl_ord_id="",
            exec_id="",
            exec_type=ExecType.TRADE,
            ord_status=OrdStatus.FILLED,
            transact_time_ns=0,
            commission=10**32,
        ),
    ],
)
def test_a_report_beyond_the_bounds_is_refused(report: ExecutionReport) -> None:
    """A journal with that record would never open again."""
    with pytest.raises(ValueError, match=r"\w"):
        encode_record(ExecutionRecord(time_ns=0, user="news", report=report))
