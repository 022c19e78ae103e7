"""The service Feed: what the gateway has, over anything that may happen on the way."""

import grpc
import pytest

from tests.daemons.tradestack_grpc.conftest import WALK, Stack
from tests.kit.gateway import USER
from tests.kit.grpc_edge import FeedCall
from tests.kit.order_manager import USER as ORDER_USER
from tradestack.domain.tick import TickKind
from tradestack.observe.metrics import undeclared
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack.wire.feed import TickBatch
from tradestack_grpc.metric_table import METRICS
from tradestack_grpc.protocol import tradestack_pb2 as pb

MANY = 3_000
KINDS = {TickKind.PRICE: pb.TICK_KIND_PRICE, TickKind.NEWS: pb.TICK_KIND_NEWS}


def assert_logged(stack: Stack, session: str, first: int, ticks: list[pb.Tick]) -> None:
    """The ticks are those of the gateway's log, from that number on."""
    records = stack.gateway.logged(session)[first - 1 : first - 1 + len(ticks)]
    logged = TickBatch(first, records).ticks()
    assert [
        (each.kind, each.symbol, each.event_time_ns, each.publish_time_ns, each.value, each.size)
        for each in ticks
    ] == [(KINDS[tick.kind], tick.symbol, *tick[3:7]) for tick in logged]


def test_ticks_are_those_of_the_log_over_restarts_of_the_gateway(stack: Stack) -> None:
    """The call goes on where it was; the next session follows in it."""
    session = stack.gateway.start()["session"]
    stack.edge.start()
    with stack.edge.client(USER) as client:
        call = client.subscribe()
        assert call.started() == pb.FeedSessionStarted(feed_session=session, next_sequence=1)
        ticks = call.ticks(MANY)
        stack.gateway.kill()
        stack.gateway.start()
        while ticks[-1].publish_time_ns <= ticks[MANY - 1].publish_time_ns or len(ticks) < 2 * MANY:
            ticks += call.ticks(1)
        assert_logged(stack, session, 1, ticks)
        begun = stack.gateway.call("NewSession")["session"]
        ended = _until_the_end(call)
        assert (ended.feed_session, ended.reason) == (session, pb.SESSION_END_COMPLETE)
        assert ended.last_sequence == len(stack.gateway.logged(session))
        assert call.started() == pb.FeedSessionStarted(feed_session=begun, next_sequence=1)
        head = client.head()
        stats = stack.edge.stats()

    assert (head.feed_session, head.last_sequence > 0) == (begun, True)
    assert [*undeclared(METRICS + OF_EVERY_DAEMON, stats)] == []
    assert stats["process"]["ticks"] >= ended.last_sequence


def _until_the_end(call: FeedCall) -> pb.FeedSessionEnded:
    while not (message := call.next()).HasField("session_ended"):
        pass
    return message.session_ended


def test_a_client_goes_on_behind_what_it_has_when_the_edge_was_killed(stack: Stack) -> None:
    """It calls again with session and number: no tick is missing, none comes twice."""
    session = stack.gateway.start()["session"]
    stack.edge.start()
    with stack.edge.client(USER) as client:
        call = client.subscribe()
        call.started()
        ticks = call.ticks(MANY)
        stack.edge.kill()
        rest, end = call.end()
        ticks += rest
        assert end.code() is grpc.StatusCode.UNAVAILABLE
        stack.edge.start()
        again = client.subscribe(session, len(ticks) + 1)
        assert again.started().next_sequence == len(ticks) + 1
        ticks += again.ticks(MANY)

    assert_logged(stack, session, 1, ticks)


def test_new_ticks_alone_and_a_session_that_is_not_served(stack: Stack) -> None:
    """Number 0 skips what was before; an unknown session has an end, and the next one begins."""
    session = stack.gateway.start()["session"]
    stack.gateway.wait_for_head(MANY)
    stack.edge.start()
    with stack.edge.client(USER) as client:
        assert client.subscribe(sequence=0).started().next_sequence > MANY
        call = client.subscribe("0000000000", 17)
        assert _until_the_end(call) == pb.FeedSessionEnded(
            feed_session="0000000000", last_sequence=16, reason=pb.SESSION_END_NOT_AVAILABLE
        )
        assert call.started().feed_session == session


def test_a_client_that_does_not_read_is_dropped_and_others_are_not_slowed(stack: Stack) -> None:
    """It is told so with what it had not read, can go on, and is counted."""
    stack.gateway.configure(**WALK, pace="100000/s")
    session = stack.gateway.start()["session"]
    stack.edge.configure(slow_reader_max="4s")
    stack.edge.start()
    with stack.edge.client(USER) as slow, stack.edge.client(USER) as quick:
        stalled = slow.subscribe()
        stalled.started()
        reading = quick.subscribe()
        reading.started()
        assert len(reading.ticks(200_000)) >= 200_000
        stack.edge.stats_when(lambda stats: stats["process"]["slow_readers"] == 1)
        ticks, end = stalled.end()
        assert end.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "nothing was read for 4 s" in (end.details() or "")
        again = slow.subscribe(session, len(ticks) + 1)
        assert again.started().next_sequence == len(ticks) + 1
        assert_logged(stack, session, 1, ticks[:MANY])


def test_wrong_calls_are_told_why(stack: Stack) -> None:
    """User, password, metadata and session, each with a status code and words."""
    stack.gateway.start()
    stack.edge.start()
    nobody = stack.edge.client(USER)
    nobody.metadata = ()
    cases = [
        (stack.edge.client(USER, "wrong"), "", "UNAUTHENTICATED", "user or password is not valid"),
        (stack.edge.client("nobody1"), "", "UNAUTHENTICATED", "1 to 6 characters"),
        (stack.edge.client(USER, "p" * 11), "", "UNAUTHENTICATED", "at most 10 characters"),
        (nobody, "", "UNAUTHENTICATED", "authorization: Basic"),
        (stack.edge.client(USER), "x", "INVALID_ARGUMENT", "10 characters of 0-9 and A-Z"),
    ]
    for client, session, code, words in cases:
        with client, pytest.raises(grpc.RpcError) as refused:
            client.subscribe(session).next()
        assert (refused.value.code().name, words in (refused.value.details() or "")) == (code, True)
    assert stack.edge.stats()["process"]["logins_rejected"] == 4


def test_an_address_of_something_else_is_said(stack: Stack) -> None:
    """The client is not told that its password is wrong."""
    stack.order_manager.start()
    stack.edge.configure(feed="{}:{}".format(*stack.order_manager.address))
    stack.edge.start()
    with stack.edge.client(ORDER_USER) as client:
        _, end = client.subscribe().end()

    assert end.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert "check the address" in (end.details() or "")
