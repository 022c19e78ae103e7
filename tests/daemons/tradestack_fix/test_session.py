"""FIX sessions at a running port: faults of every kind, and what each is answered with."""

from collections.abc import Callable

import pytest

from tests.kit.fix_port import COMP_ID, FixClient, FixPort, numbered
from tradestack_fix.client.garbling import GARBLED_MAX
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import (
    MESSAGE_BYTES_MAX,
    Field,
    Message,
    Parties,
    encode_message,
)

TIME_NS = 1_796_000_000_000_000_000
NOW = "20260101-12:00:00"
LONG_AGO_NS = 1_000_000_000_000_000_000
D, F, G, H, Q = "DFGHq"


def fields_of(message: Message, *wanted: int) -> tuple[str | None, ...]:
    """Return fields of a message."""
    return tuple(message.fields.get(tag) for tag in wanted)


def test_orders_get_reports_in_the_numbers_of_the_stream(member: FixClient) -> None:
    """A report, an answer to a TestRequest, and a report: each has the next number."""
    member.order("one")
    (first,) = member.receive_types("8")
    member.send(tags.TEST_REQUEST, (tags.TEST_REQ_ID, "there?"))
    member.order("two", (tags.ORD_TYPE, "2"), (tags.PRICE, "0010.50"))
    beat, second = member.receive_types("0", "8")

    assert [first.number, beat.number, second.number] == [2, 3, 4]
    assert beat.fields[tags.TEST_REQ_ID] == "there?"
    wanted = (tags.CL_ORD_ID, tags.ORD_STATUS, tags.SIDE, tags.LEAVES_QTY)
    assert fields_of(first, *wanted) == ("one", "0", "1", "10")
    assert fields_of(second, *wanted) == ("two", "0", "1", "10")
    member.log_out()


def test_cancel_replace_status_and_mass_cancel_are_answered(member: FixClient) -> None:
    """Nothing is executed here, so an order is closed as soon as it is accepted."""
    about = ((tags.ORIG_CL_ORD_ID, "one"), (tags.TRANSACT_TIME, NOW))
    member.order("one")
    member.send(F, (tags.CL_ORD_ID, "cancel"), *about)
    member.send(G, (tags.CL_ORD_ID, "replace"), (tags.ORDER_QTY, "5"), *about)
    named = ((tags.SYMBOL, "SPY"), (tags.SIDE, "1"), (tags.ORD_STATUS_REQ_ID, "asked"))
    member.send(H, (tags.CL_ORD_ID, "one"), *named)
    member.send(H, (tags.CL_ORD_ID, "none"), *named)
    member.send(
        Q, (tags.CL_ORD_ID, "all"), (tags.MASS_CANCEL_REQUEST_TYPE, "7"), (tags.TRANSACT_TIME, NOW)
    )

    by_type: dict[str, list[Message]] = {}
    for _ in range(6):
        message = member.receive()
        by_type.setdefault(message.msg_type, []).append(message)

    assert {msg_type: len(each) for msg_type, each in by_type.items()} == {"8": 3, "9": 2, "r": 1}
    rejects = [fields_of(each, tags.CL_ORD_ID, tags.CXL_REJ_RESPONSE_TO) for each in by_type["9"]]
    assert rejects == [("cancel", "1"), ("replace", "2")]
    answers = [each for each in by_type["8"] if each.fields[tags.EXEC_TYPE] == "I"]
    told = [
        fields_of(each, tags.CL_ORD_ID, tags.ORD_STATUS_REQ_ID, tags.ORD_STATUS, tags.SYMBOL)
        for each in answers
    ]
    assert told == [("one", "asked", "0", "SPY"), ("none", "asked", "8", "SPY")]
    assert by_type["r"][0].fields[tags.MASS_CANCEL_RESPONSE] == "0"  # refused, as nothing works


def mass_cancel(client: FixClient, *fields: Field) -> None:
    """Cancel all orders, with these fields besides."""
    client.send(
        Q, (tags.CL_ORD_ID, "all"), (tags.MASS_CANCEL_REQUEST_TYPE, "7"), (60, NOW), *fields
    )


LIMIT = (tags.ORD_TYPE, "2")
REFUSALS: dict[str, tuple[Callable[[FixClient], None], str, tuple[str | None, ...]]] = {
    "unknown field": (lambda it: it.order("x", (18, "1")), "3", ("18", "2")),
    "wrong side": (lambda it: it.order("x", (tags.SIDE, "5")), "3", ("54", "5")),
    "no number": (lambda it: it.order("x", (tags.ORDER_QTY, "1e3")), "3", ("38", "6")),
    "too long": (lambda it: it.order("x", (tags.TEXT, "t" * MESSAGE_BYTES_MAX)), "3", (None, "99")),
    "nothing": (lambda it: it.order("x", (tags.ORDER_QTY, "0")), "3", ("38", "5")),
    "spaces": (lambda it: it.order("a b"), "3", ("11", "5")),
    "no time": (lambda it: it.order("x", (tags.TRANSACT_TIME, "noon")), "3", ("60", "6")),
    "empty field": (lambda it: it.order("x", (tags.PRICE, "")), "3", ("44", "4")),
    "field twice": (lambda it: it.send(D, (11, "x"), (11, "y")), "3", ("11", "13")),
    "missing field": (lambda it: it.send(D, (11, "x")), "3", ("55", "1")),
    "all symbols, and one": (lambda it: mass_cancel(it, (tags.SYMBOL, "SPY")), "3", ("55", "2")),
    "one side": (lambda it: mass_cancel(it, (tags.SIDE, "1")), "3", ("54", "2")),
    "unknown type": (lambda it: it.send("zz"), "3", ("35", "11")),
    "type not served": (lambda it: it.send("V"), "j", (None, None)),
    "limit without price": (lambda it: it.order("x", LIMIT), "j", (None, None)),
    "request without id": (lambda it: it.send(tags.TEST_REQUEST), "3", ("112", "1")),
    "numbers that go back": (
        lambda it: it.send(tags.SEQUENCE_RESET, (tags.NEW_SEQ_NO, "1"), number=2),
        "3",
        ("36", "5"),
    ),
    "a resend of what is to come": (
        lambda it: it.send(tags.RESEND_REQUEST, (7, "99"), (16, "0")),
        "3",
        ("7", "5"),
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_faulty_message_is_refused_with_reason_and_costs_nothing_else(
    member: FixClient, name: str
) -> None:
    """Reject names tag and reason; the next order is taken."""
    send, msg_type, expected = REFUSALS[name]

    send(member)
    member.order("good")
    refusal, report = member.receive_types(msg_type, "8")

    assert fields_of(refusal, tags.REF_TAG_ID, tags.SESSION_REJECT_REASON) == expected
    assert refusal.fields[tags.REF_SEQ_NUM] == "2"
    assert refusal.fields[tags.TEXT]
    assert report.fields[tags.CL_ORD_ID] == "good"


def test_garbled_messages_are_asked_for_again_by_their_number(member: FixClient) -> None:
    """Wrong CheckSum and BodyLength are skipped; the gap is asked for once, and filled."""
    wrong = encode_message(D, 2, member.parties, TIME_NS, [(11, "lost")])
    member.send_bytes(wrong[:-4] + b"999\x01")
    member.number = 3
    member.order("early")
    (request,) = member.receive_types(tags.RESEND_REQUEST)
    member.order("again", (tags.POSS_DUP_FLAG, "Y"), (tags.ORIG_SENDING_TIME, NOW), number=2)
    member.order("early", (tags.POSS_DUP_FLAG, "Y"), (tags.ORIG_SENDING_TIME, NOW), number=3)
    member.order("next")
    reports = member.receive_types("8", "8", "8")

    assert fields_of(request, tags.BEGIN_SEQ_NO, tags.END_SEQ_NO) == ("2", "0")
    assert [each.fields[tags.CL_ORD_ID] for each in reports] == ["again", "early", "next"]


def test_what_is_skipped_is_logged_with_the_number_that_is_expected(
    standing_port: FixPort, member: FixClient
) -> None:
    """The session goes on, and the log does not say otherwise."""
    member.send_bytes(b"hello\r\n")
    member.send(tags.TEST_REQUEST, (tags.TEST_REQ_ID, "there?"))
    member.receive_types("0")

    skipped = [
        line
        for line in standing_port.errors.splitlines()
        if f"client={member.parties.sender}" in line and "does not begin with 8=FIX" in line
    ]
    assert len(skipped) == 1
    assert "garbled bytes skipped" in skipped[0]
    assert "expected=2" in skipped[0]


def test_the_same_order_again_has_one_report(member: FixClient) -> None:
    """With PossResend its state is told besides; numbers that were handled are ignored."""
    member.order("one")
    member.receive_types("8")
    member.order("one", (tags.POSS_DUP_FLAG, "Y"), (tags.ORIG_SENDING_TIME, NOW), number=2)
    member.order("one", (tags.POSS_RESEND, "Y"))
    member.order("two")
    messages = member.receive_types("8", "8")

    told = sorted(fields_of(each, tags.CL_ORD_ID, tags.EXEC_TYPE) for each in messages)
    assert told == [("one", "I"), ("two", "0")]


def test_a_logout_is_answered_even_if_messages_are_missing_before_it(member: FixClient) -> None:
    """Nothing is asked for behind the answer."""
    member.send(tags.LOGOUT, number=9)

    assert member.farewell() == ""


def test_a_resend_request_is_served_even_if_messages_are_missing_before_it(
    member: FixClient,
) -> None:
    """Both sides may lack messages: each is sent what it asks for."""
    member.order("one")
    member.receive_types("8")
    member.send(tags.RESEND_REQUEST, (tags.BEGIN_SEQ_NO, "2"), (tags.END_SEQ_NO, "2"), number=9)
    messages = [member.receive() for _ in range(2)]

    assert {message.msg_type for message in messages} == {"8", tags.RESEND_REQUEST}
    assert [each.number for each in messages if each.msg_type == "8"] == [2]


def test_gaps_are_filled_and_reset_as_the_client_says(member: FixClient) -> None:
    """A gap fill passes over numbers; a reset sets the next one whatever its own."""
    member.send(tags.SEQUENCE_RESET, (tags.GAP_FILL_FLAG, "Y"), (tags.NEW_SEQ_NO, "20"))
    member.order("filled", number=20)
    member.receive_types("8")
    member.send(tags.SEQUENCE_RESET, (tags.NEW_SEQ_NO, "40"), number=3)
    member.order("reset", number=40)
    (report,) = member.receive_types("8")

    assert report.fields[tags.CL_ORD_ID] == "reset"


def low(client: FixClient) -> None:
    client.send(tags.HEARTBEAT, number=1)


def unnumbered(client: FixClient) -> None:
    client.send_bytes(numbered(b"35=0\x0149=ACME\x0156=TRADESTACK\x01"))


def another_version(client: FixClient) -> None:
    client.send_bytes(b"8=FIX.4.2\x019=5\x0135=0\x0110=161\x01")


def second_logon(client: FixClient) -> None:
    client.send_logon()


ENDS: dict[Callable[[FixClient], None], str] = {
    low: "MsgSeqNum too low, expecting 2 but received 1",
    unnumbered: "MsgSeqNum (34) is missing",
    another_version: "BeginString (8) is not FIX.4.4",
    second_logon: "a second Logon",
}


@pytest.mark.parametrize("fault", ENDS, ids=lambda each: each.__name__)
def test_a_fault_of_the_session_ends_it_with_words(
    member: FixClient, fault: Callable[[FixClient], None]
) -> None:
    """A Logout says why, and the port closes."""
    fault(member)

    assert ENDS[fault] in member.farewell()


@pytest.mark.parametrize(
    ("sender", "time_ns", "reason", "words"),
    [("SOMEBODY", None, "9", "as in the logon"), ("", LONG_AGO_NS, "10", "more than 120 s")],
)
def test_a_wrong_header_is_refused_and_ends_the_session(
    member: FixClient, sender: str, time_ns: int | None, reason: str, words: str
) -> None:
    """A Reject with the reason, then a Logout with the same words."""
    member.parties = Parties(sender or member.parties.sender, COMP_ID)
    member.send(tags.HEARTBEAT, time_ns=time_ns)
    (reject,) = member.receive_types(tags.REJECT)

    assert reject.fields[tags.SESSION_REJECT_REASON] == reason
    assert words in member.farewell()


@pytest.mark.parametrize("has_orders_before", [False, True])
@pytest.mark.parametrize("fault", ["time", "name"])
def test_an_order_that_ended_the_session_is_not_asked_for_at_the_next_logon(
    standing_port: FixPort, member: FixClient, fault: str, *, has_orders_before: bool
) -> None:
    """Its number counts, with unconfirmed orders before it and without."""
    if has_orders_before:
        member.order("before")
    parties = member.parties
    if fault == "name":
        member.parties = Parties("SOMEBODY", COMP_ID)
    member.order("refused", time_ns=LONG_AGO_NS if fault == "time" else None)
    *answers, logout = member.rest()
    (reject,) = [each for each in answers if each.msg_type == tags.REJECT]  # a report may follow
    assert logout.msg_type == tags.LOGOUT
    assert reject.fields[tags.REF_SEQ_NUM] == str(member.number - 1)

    again = standing_port.client(parties.sender)
    again.number = member.number
    again.log_on()
    again.order("after")

    (report,) = again.receive_types("8")
    assert report.fields[tags.CL_ORD_ID] == "after"
    again.log_out()


def test_a_wrong_header_ahead_of_what_is_missing_is_not_called_refused(member: FixClient) -> None:
    """It is asked for again with the rest, so that only the end of the session is told."""
    member.order("early", number=9, time_ns=LONG_AGO_NS)

    assert "more than 120 s" in member.farewell()


def test_endless_beginnings_of_messages_end_the_session(member: FixClient) -> None:
    """Each of them costs a look, so that they count, although nothing whole is between them."""
    member.send_bytes(b"8=FIX.4.4\x01" * (2 * GARBLED_MAX))

    assert "begins no message" in member.farewell()
