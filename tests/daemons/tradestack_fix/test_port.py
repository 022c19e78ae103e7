"""A FIX port over restarts of everything, and what its clients notice."""

import pytest

from tests.kit.fix_port import CLIENT, OTHER_CLIENT, FixClient, FixPort
from tests.kit.order_manager import OrderManager
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.observe.metrics import collect, undeclared
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack_fix.client.desk import UNCONFIRMED_MAX
from tradestack_fix.codec import tags
from tradestack_fix.metric_table import METRICS


def test_two_clients_are_independent_and_a_second_logon_replaces_the_first(port: FixPort) -> None:
    """The one that is replaced is told; the other one goes on."""
    first, other = port.client(), port.client(OTHER_CLIENT)
    first.log_on()
    other.log_on()
    second = port.client()
    second.number = 2

    assert second.log_on().fields[tags.MSG_SEQ_NUM] == "3"
    assert "another connection" in first.farewell()
    second.order("mine")
    other.order("mine")
    assert second.receive_types("8")[0].fields[tags.ORDER_ID] == "1"
    assert other.receive_types("8")[0].fields[tags.ORDER_ID] == "2"
    assert set(port.stats()["clients"]) == {CLIENT, OTHER_CLIENT}


def test_silence_is_tested_and_then_ends_the_session(port: FixPort) -> None:
    """Heartbeats come; one who never answers is logged out."""
    client = port.client()
    client.log_on(heart_bt_int_s=1)

    types = [message.msg_type for message in client.rest()]

    assert types[-1] == tags.LOGOUT
    assert tags.TEST_REQUEST in types
    assert set(types[:-1]) <= {tags.HEARTBEAT, tags.TEST_REQUEST}


def test_an_order_manager_that_is_away_refuses_with_reason_4(
    port: FixPort, order_manager: OrderManager, client: FixClient
) -> None:
    """What is sent meanwhile is not taken; what may have been taken before waits."""
    order_manager.kill()
    port.stats_when(lambda _: "connection to server lost" in port.errors)
    client.order("away")
    (refusal,) = client.receive_types("j")
    assert refusal.fields[tags.BUSINESS_REJECT_REASON] == "4"
    assert refusal.fields[tags.REF_SEQ_NUM] == "2"
    assert refusal.fields[tags.BUSINESS_REJECT_REF_ID] == "away"
    sent_before = ((tags.POSS_DUP_FLAG, "Y"), (tags.ORIG_SENDING_TIME, "20260101-12:00:00"))
    client.order("perhaps", *sent_before)

    order_manager.start()
    port.stats_when(lambda _: port.errors.count("connected to server") == 2)
    client.order("back")
    reports = client.receive_types("8", "8")
    assert [each.fields[tags.CL_ORD_ID] for each in reports] == ["perhaps", "back"]


def test_a_new_order_session_ends_the_fix_session(
    port: FixPort, order_manager: OrderManager, client: FixClient
) -> None:
    """The next logon has to reset its numbers; with that it gets both numbers anew."""
    client.order("one")
    client.receive_types("8")
    order_manager.call("NewSession")
    (question,) = client.receive_types(tags.TEST_REQUEST)
    client.order("late")
    (refusal,) = client.receive_types("j")
    assert refusal.fields[tags.BUSINESS_REJECT_REASON] == "4"
    assert "the order session has ended" in refusal.fields[tags.TEXT]
    client.answer(question)
    assert "log on with ResetSeqNumFlag" in client.farewell()

    stubborn = port.client()
    stubborn.number = 5
    stubborn.send_logon()
    assert "a new order session has begun" in stubborn.farewell()
    client = port.client()
    answer = client.log_on((tags.RESET_SEQ_NUM_FLAG, "Y"))
    client.order("one")

    assert (answer.number, answer.is_set(tags.RESET_SEQ_NUM_FLAG)) == (1, True)
    (report,) = client.receive_types("8")
    assert (report.number, report.is_set(tags.POSS_RESEND)) == (2, False)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_a_client_that_was_away_gets_the_rest_of_an_ended_order_session(
    port: FixPort, order_manager: OrderManager, client: FixClient, *, is_restarted: bool
) -> None:
    """By the numbers that the reports have; when it has them, it is told to begin anew."""
    client.order("one")
    client.order("two")
    client.receive_types("8", "8")
    port.stats_when(lambda stats: stats["clients"][CLIENT]["unconfirmed"] == 0)
    client.close()
    port.stats_when(lambda stats: not stats["clients"])
    order_manager.call("NewSession")
    if is_restarted:
        for daemon in (order_manager, port):
            daemon.kill()
            daemon.start()

    again = port.client()
    again.number = 4
    again.send_logon()
    logon, first_question = again.receive_types("A", tags.TEST_REQUEST)
    again.order("two", (tags.POSS_RESEND, "Y"))
    (refusal,) = again.receive_types("j")
    again.send(tags.RESEND_REQUEST, (tags.BEGIN_SEQ_NO, "3"), (tags.END_SEQ_NO, "0"))
    report, _, question = again.receive_types("8", tags.SEQUENCE_RESET, tags.TEST_REQUEST)
    again.answer(first_question)  # which was behind the gap
    again.answer(question)

    assert logon.number == 4
    assert "it may have been taken before" in refusal.fields[tags.TEXT]
    told = (report.number, report.fields[tags.CL_ORD_ID], report.is_set(tags.POSS_DUP_FLAG))
    assert told == (3, "two", True)
    assert "log on with ResetSeqNumFlag" in again.farewell()
    new = port.client()
    assert new.log_on((tags.RESET_SEQ_NUM_FLAG, "Y")).number == 1
    new.order("one")
    assert new.receive_types("8")[0].number == 2


def test_an_ended_order_session_that_is_not_kept_is_said_with_the_remedy(
    port: FixPort, order_manager: OrderManager, client: FixClient
) -> None:
    """Its reports are nowhere any more."""
    client.close()
    port.stats_when(lambda stats: not stats["clients"])
    order_manager.call("NewSession")
    order_manager.kill()
    min(order_manager.state.glob("*.journal")).unlink()
    order_manager.start()

    again = port.client()
    again.number = 2
    again.send_logon()

    assert "is not served any more: log on with ResetSeqNumFlag" in again.farewell()


def test_a_client_that_does_not_read_stops_nobody(port: FixPort, client: FixClient) -> None:
    """Thousands of reports wait with the order manager; when it reads, all are there in order."""
    count = 12 * UNCONFIRMED_MAX
    other = port.client(OTHER_CLIENT)
    other.log_on()
    for number in range(count):
        client.order(f"order-{number}")
    other.order("mine")
    assert other.receive_types("8")

    reports = client.receive_types(*["8"] * count)

    assert [each.number for each in reports] == list(range(2, count + 2))
    assert [each.fields[tags.CL_ORD_ID] for each in reports] == [
        f"order-{number}" for number in range(count)
    ]


def test_a_reload_removes_a_client_and_adds_another(port: FixPort, client: FixClient) -> None:
    """Who is not in the file any more is logged out at once."""
    port.configure(clients={OTHER_CLIENT: "other"})
    port.call("Reload")

    assert client.farewell() == "the configuration has changed"
    assert port.client(OTHER_CLIENT).log_on().msg_type == tags.LOGON


def test_a_stop_logs_everybody_out(port: FixPort, client: FixClient) -> None:
    """The Logout arrives; numbers go on after the next start."""
    port.stop()
    assert client.farewell() == "the server stops"
    port.start()
    again = port.client()
    again.number = 2

    assert again.log_on().number == 3


def test_a_kill_and_a_reset_bring_what_may_be_missing_again(
    port: FixPort, client: FixClient
) -> None:
    """Reports behind the last message that was none come with PossResend, before new ones."""
    client.order("told")
    client.receive_types("8")
    client.send(tags.TEST_REQUEST, (tags.TEST_REQ_ID, "got it?"))
    client.receive_types("0")
    client.order("perhaps")
    client.receive_types("8")
    port.kill()
    port.start()

    again = port.client()
    again.send_logon((tags.RESET_SEQ_NUM_FLAG, "Y"))
    again.order("new")
    logon, repeated, new = again.receive_types("A", "8", "8")

    assert [logon.number, repeated.number, new.number] == [1, 2, 3]
    assert repeated.fields[tags.CL_ORD_ID] == "perhaps"
    assert repeated.is_set(tags.POSS_RESEND)
    assert new.fields[tags.CL_ORD_ID] == "new"
    assert not new.is_set(tags.POSS_RESEND)


def test_a_kill_asks_for_what_may_not_have_been_taken_and_repeats_on_demand(
    port: FixPort, client: FixClient
) -> None:
    """An order that is sent again has no second report; reports come again with PossDupFlag."""
    client.order("one")
    client.receive_types("8")
    client.order("two")
    client.receive_types("8")
    port.kill()
    port.start()

    again = port.client()
    again.number = client.number
    again.send_logon()
    logon, request = again.receive_types("A", tags.RESEND_REQUEST)
    sent_before = ((tags.POSS_DUP_FLAG, "Y"), (tags.ORIG_SENDING_TIME, "20260101-12:00:00"))
    again.order("one", *sent_before, number=2)
    again.order("two", *sent_before, number=3)
    again.send(tags.SEQUENCE_RESET, (tags.GAP_FILL_FLAG, "Y"), (tags.NEW_SEQ_NO, "5"), number=4)
    again.send(tags.RESEND_REQUEST, (tags.BEGIN_SEQ_NO, "2"), (tags.END_SEQ_NO, "0"))
    again.order("three")
    rest = again.receive_types("8", "8", tags.SEQUENCE_RESET, "8")

    assert (logon.number, request.fields[tags.BEGIN_SEQ_NO]) == (4, "2")
    told = [(each.number, each.fields.get(tags.CL_ORD_ID), each.is_set(43)) for each in rest]
    assert told == [(2, "one", True), (3, "two", True), (4, None, True), (6, "three", False)]


def test_every_value_in_the_stats_is_declared(port: FixPort, client: FixClient) -> None:
    """And each declared one has a value while a client is logged on."""
    client.order("one")
    client.receive_types("8")
    stats = port.stats()

    assert list(undeclared((*OF_EVERY_DAEMON, *METRICS), stats)) == []
    assert {sample.metric.name for sample in collect(METRICS, stats)} == {
        metric.name for metric in METRICS
    }
    assert stats["clients"][CLIENT]["reports"] == 1
    assert stats["process"]["reports_sent"] == 1


def test_two_clients_with_one_user_are_refused_with_the_remedy(port: FixPort) -> None:
    """The order manager keeps one connection of a user, so they would end each other."""
    port.kill()
    port.configure(clients={CLIENT: "news", OTHER_CLIENT: "NEWS"})
    port.launch()

    assert port.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert "give each CompID one of its own" in port.errors
