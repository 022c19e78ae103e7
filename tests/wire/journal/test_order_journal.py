"""Records of the order journal: what is written can be read, for every record and every bound."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.daemons.tradestack_order_manager.samples import (
    FEED_SESSION,
    NOW_NS,
    a_header,
    a_message,
    an_order,
    record_messages,
    some_rules,
)
from tests.kit.sender import MemorySender
from tests.wire.drawn_messages import (
    between,
    client_messages,
    orders,
    registers,
    server_messages,
    session_ids,
    times,
    visible,
)
from tradestack.ctl.check.journal_check import check_journal
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.order import (
    ExecType,
    Order,
    OrdStatus,
    Start,
)
from tradestack.domain.times import FEED_TIME_NS_MAX, FEED_TIME_NS_MIN
from tradestack.sessions.order_session import OrderSession
from tradestack.trading.commit import commit
from tradestack.trading.judging.decisions import Malformed, Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.replay import replay
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.accepted_order import Accepted, encode_accepted
from tradestack.wire.journal.order_journal import (
    CarriedRegistration,
    LogReopenedRecord,
    OrderRecord,
    Record,
    RepairedRecord,
    decode_record,
    encode_record,
)
from tradestack.wire.order_messages import SEQUENCE_MAX, TIME_NS_MAX, Register
from tradestack.wire.orders import (
    ClientMessage,
    InvalidOrder,
    ServerMessage,
    decode_client_message,
    decode_server_message,
    encode_message,
)
from tradestack.wire.soup import PAYLOAD_LENGTH_MAX


@given(client_messages)
def test_a_client_message_survives_the_wire(message: ClientMessage) -> None:
    """Any message of a client decodes to itself, whatever values its fields have."""
    assert message == decode_client_message(encode_message(message))


@given(server_messages)
def test_a_server_message_survives_the_wire(message: ServerMessage) -> None:
    """Any message of a server decodes to itself, and is a packet's payload."""
    payload = encode_message(message)

    assert message == decode_server_message(payload)
    assert len(payload) <= PAYLOAD_LENGTH_MAX


@given(
    st.lists(orders | registers | st.builds(Malformed, st.text(max_size=256), visible(64))),
    visible(6),
)
def test_whatever_the_wire_accepts_survives_journal_and_replay(
    messages: list[Order | Register | Malformed], user: str
) -> None:
    """Each record decodes to its order, and a replay of them comes to the same state."""
    state, replayed = SessionState(a_header()), SessionState(a_header())
    rules = some_rules(reports_per_session_max=1_000)
    offset = 0
    for message in messages:
        known = KnownOrders(state, lambda _offset, _length: FIRST)
        batch = judge(known, [a_message(message, user)], rules, None, NOW_NS)
        for judged in batch.judged:
            record = decode_record(judged.record)
            assert record == decode_record(encode_record(record))
            if isinstance(message, Order):
                assert isinstance(record, OrderRecord)
                assert record.order == message
            replay(replayed, [(offset, judged.record)])
        commit(state, batch.judged, [offset] * len(batch.judged))
        offset += sum(map(len, batch.records))

    names = [name for name in SessionState.__slots__ if name != "header"]
    assert [getattr(state, name) for name in names] == [getattr(replayed, name) for name in names]


FIRST = OrderRecord(
    time_ns=NOW_NS,
    user="",
    order=an_order(),
    report=ExecutionReport(
        cl_ord_id="",
        exec_id="",
        exec_type=ExecType.NEW,
        ord_status=OrdStatus.NEW,
        transact_time_ns=0,
    ),
)


accounts = st.none() | st.builds(
    Accepted,
    feed_session=session_ids,
    cause=between(0, SEQUENCE_MAX),
    arrival_ns=times,
    visible_time_ns=times,
)


@given(orders, visible(6), between(1, 10**18), times, accounts)
def test_records_of_accepted_orders_are_those_of_the_general_encoder(
    order: Order, user: str, order_id: int, time_ns: int, accepted: Accepted | None
) -> None:
    """Records are the same to the byte if the client's JSON is in our own form."""
    report = ExecutionReport(
        order_id=order_id,
        cl_ord_id=order.cl_ord_id,
        exec_id="3DAA100000-1",
        exec_type=ExecType.NEW,
        ord_status=OrdStatus.NEW,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        transact_time_ns=time_ns,
    )
    record = OrderRecord(time_ns=time_ns, user=user, order=order, report=report)
    if accepted is not None:
        report = msgspec.structs.replace(
            report,
            cum_quantity=0,
            leaves_quantity=order.quantity,
            feed_session=accepted.feed_session,
            feed_seq=accepted.cause,
            visible_time_ns=accepted.visible_time_ns,
        )
        record = OrderRecord(
            time_ns=time_ns,
            user=user,
            feed_session=accepted.feed_session,
            cause=accepted.cause,
            arrival_ns=accepted.arrival_ns,
            order=order,
            report=report,
        )

    payload, length = encode_accepted(
        order, encode_message(order), user, time_ns, order_id, "3DAA100000-1", accepted
    )

    assert payload == encode_record(record)
    assert payload[-1 - length : -1] == encode_message(report)


@pytest.mark.parametrize(
    "accepted",
    [
        Accepted("3DAA200000", 812, FEED_TIME_NS_MIN - 1, 0),
        Accepted("3DAA200000", 812, 0, FEED_TIME_NS_MAX + 1),
        Accepted("3DAA200000", SEQUENCE_MAX + 1, 0, 0),
    ],
)
def test_a_number_that_no_record_can_have_is_refused(accepted: Accepted) -> None:
    """ValueError before anything is written: the journal would never open again."""
    with pytest.raises(ValueError, match="is not between"):
        encode_accepted(
            an_order(), encode_message(an_order()), "news", NOW_NS, 1, "3DAA100000-1", accepted
        )


@given(
    orders,
    st.sampled_from([None, 1, "\t"]),
    st.sampled_from([(",", ":"), (" , ", " : "), (",\n", ":"), ("\t,\r", ":\n ")]),
    st.randoms(use_true_random=False),
)
def test_an_order_in_any_json_is_the_same_record(
    order: Order, indent: Any, separators: tuple[str, str], random: Any
) -> None:
    """Spaces, newlines and the order of fields are the client's; the record is one line."""
    fields = list(json.loads(encode_message(order)).items())
    random.shuffle(fields)
    payload = json.dumps(dict(fields), indent=indent, separators=separators).encode()

    journalled, length = encode_accepted(order, payload, "news", NOW_NS, 12, "3DAA100000-1")

    record = decode_record(journalled)
    assert decode_client_message(payload) == order
    assert isinstance(record, OrderRecord)
    assert (record.order, record.user, record.time_ns) == (order, "news", NOW_NS)
    assert encode_message(record.report) == journalled[-1 - length : -1]
    assert b"\n" not in journalled


def test_the_highest_head_has_a_number_after_it(tmp_path: Path) -> None:
    """Its Registered is journalled, checked and replayed; the next head is refused on the wire."""
    highest = Register(
        request_id="r1",
        instance="news",
        config_hash="c0ffee",
        feed_session=FEED_SESSION,
        head=SEQUENCE_MAX - 1,
        start=Start.NOW,
    )
    payload = encode_message(highest)
    received = Received(MemorySender("news"), NOW_NS, payload, decode_client_message(payload))
    session = OrderSession.begin(tmp_path, a_header())

    record_messages(session, received)
    session.close()

    path = next(tmp_path.glob("*.journal"))
    assert check_journal(path).problems_count == 0
    recovered = OrderSession.recover(path)
    assert recovered is not None
    registration = recovered.state.registrations.find("news", FEED_SESSION)
    recovered.close()
    assert registration is not None
    assert registration.from_seq == SEQUENCE_MAX
    with pytest.raises(InvalidOrder, match="Head"):
        decode_client_message(payload.replace(b"%d" % highest.head, b"%d" % SEQUENCE_MAX))


carried_registrations = st.builds(
    CarriedRegistration,
    user=visible(6),
    feed_session=session_ids,
    config_hash=visible(32),
    from_seq=st.none() | between(0, SEQUENCE_MAX),
    traded_seq=between(0, SEQUENCE_MAX - 1),
)


@given(between(0, TIME_NS_MAX), between(0, 2**62), session_ids, carried_registrations)
def test_records_without_a_report_survive(
    time_ns: int, number: int, session: str, carried: CarriedRegistration
) -> None:
    """Headers and the records of reopened logs and repairs decode to themselves."""
    records: list[Record] = [
        a_header(time_ns=time_ns, next_order_id=number, session=session, registrations=(carried,)),
        LogReopenedRecord(time_ns=time_ns, last_order_id=number),
        LogReopenedRecord(
            time_ns=time_ns, last_order_id=number, last_report=time_ns % SEQUENCE_MAX
        ),
        RepairedRecord(time_ns=time_ns, lines_lost=1, bytes_lost=number, orders_lost=number),
    ]

    assert records == [decode_record(encode_record(record)) for record in records]


def test_a_reopened_log_without_reports_is_as_in_older_journals() -> None:
    """A field that says nothing is left out, and has its default where it is missing."""
    payload = b'{"Record":"LogReopened","Time":1,"LastOrderID":12}'
    record = LogReopenedRecord(time_ns=1, last_order_id=12)

    assert decode_record(payload) == record
    assert encode_record(record) == payload


@pytest.mark.parametrize("quantity", ["10", "10.0", "10.00000000"])
def test_a_report_repeats_the_quantity_by_value(quantity: str) -> None:
    """A number has one text in reports, whatever zeros the order had."""
    payload = encode_message(an_order()).replace(b'"10"', f'"{quantity}"'.encode())

    order = decode_client_message(payload)

    assert isinstance(order, Order)
    assert format_fixed(order.quantity) == "10"
    record, length = encode_accepted(order, payload, "news", NOW_NS, 1, "e")
    assert b'"OrderQty":"10",' in record[-1 - length : -1]
