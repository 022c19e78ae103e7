"""The service OrderEntry: exactly one report on each order, whatever is killed."""

import itertools
from collections.abc import Iterator

import grpc
import pytest

from tests.daemons.tradestack_grpc.conftest import Stack, stack_in
from tests.kit.grpc_edge import Client, OrderCall, market_order
from tests.kit.order_manager import USER
from tradestack.domain.fixed_point import SCALE
from tradestack_grpc.protocol import tradestack_pb2 as pb
from tradestack_grpc.reports import REPORTS_WAITING_MAX

ORDERS = 60
MANY = 2 * REPORTS_WAITING_MAX
USERS = tuple(f"user{number}" for number in range(10))
_free_users = itertools.cycle(USERS)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Return a stack for all tests; order manager and edge run."""
    with stack_in(tmp_path_factory.mktemp("stack")) as stack:
        stack.order_manager.write_users(*USERS)
        stack.order_manager.start()
        stack.edge.start()
        yield stack


@pytest.fixture
def user() -> str:
    """Return a user of the test's own, whose reports begin at 1."""
    return next(_free_users)


class ResumingClient:
    """What PROTOCOL.md asks of a client: it knows what has no report, and sends that again."""

    def __init__(self, client: Client) -> None:
        self.reports: list[pb.ReportMessage] = []
        self._client = client
        self._session = ""
        self._unanswered: dict[str, pb.NewOrderSingle] = {}
        self._call: OrderCall | None = None

    def enter(self, order: pb.NewOrderSingle) -> None:
        """Send an order, now or after the next call."""
        self._unanswered[order.cl_ord_id] = order
        if self._call is not None:
            self._call.send(pb.OrderMessage(new_order_single=order))

    def receive(self, count: int) -> None:
        """Receive until that many reports are here, over any loss."""
        while len(self.reports) < count:
            try:
                self._take(self._open().next())
            except grpc.RpcError as lost:
                self._call = None
                if lost.code() is not grpc.StatusCode.UNAVAILABLE:
                    raise

    def _open(self) -> OrderCall:
        if self._call is None:
            self._call = self._client.trade(self._session, len(self.reports) + 1)
            for order in self._unanswered.values():
                self._call.send(pb.OrderMessage(new_order_single=order))
        return self._call

    def _take(self, message: pb.ReportMessage) -> None:
        if message.HasField("session_started"):
            self._session = message.session_started.order_session
            assert message.session_started.next_sequence == len(self.reports) + 1
            return
        assert message.sequence == len(self.reports) + 1
        self.reports.append(message)
        del self._unanswered[message.execution_report.cl_ord_id]


@pytest.mark.parametrize("victim", ["edge", "order_manager"])
def test_each_order_has_one_report_whoever_is_killed(stack: Stack, victim: str) -> None:
    """Kill it twice with orders under way; the journal and the client have each of them once."""
    stack.order_manager.start()
    stack.edge.start()
    daemon = getattr(stack, victim)
    with stack.edge.client(USER) as client:
        trader = ResumingClient(client)
        for number in range(ORDERS):
            trader.enter(market_order(f"o{number}"))
            if number in (ORDERS // 3, 2 * ORDERS // 3):
                trader.receive(number // 2)
                daemon.kill()
                daemon.start()
        trader.receive(ORDERS)
        reports = [message.execution_report for message in trader.reports]

    assert sorted(each.cl_ord_id for each in reports) == sorted(f"o{n}" for n in range(ORDERS))
    assert {each.exec_type for each in reports} == {pb.EXEC_TYPE_NEW}
    assert stack.order_manager.log_numbers() == [*range(1, ORDERS + 1)]


def test_the_same_order_again_is_the_same_and_another_is_refused(running: Stack, user: str) -> None:
    """Over calls as well: what was reported comes once, from the number that is asked for."""
    with running.edge.client(user) as client:
        call = client.trade()
        session = call.started().order_session
        call.enter("a")
        assert call.next().sequence == 1
        call.cancel()
        call = client.trade(session, 2)
        assert call.started().next_sequence == 2
        call.enter("a")
        call.enter("a", quantity=2 * SCALE)
        message = call.next()
        call.cancel()

    assert message.sequence == 2
    assert message.execution_report.ord_rej_reason == pb.ORD_REJ_REASON_DUPLICATE_ORDER


def test_requests_and_their_answers(running: Stack, user: str) -> None:
    """Cancel, replace, mass cancel and status, each answered by FIX's message."""
    with running.edge.client(user) as client:
        call = client.trade()
        call.started()
        call.enter("a")
        call.send(
            pb.OrderMessage(
                order_cancel_request=pb.OrderCancelRequest(cl_ord_id="b", orig_cl_ord_id="x")
            )
        )
        call.send(
            pb.OrderMessage(
                order_cancel_replace_request=pb.OrderCancelReplaceRequest(
                    cl_ord_id="c", orig_cl_ord_id="x", order_qty=SCALE
                )
            )
        )
        call.send(
            pb.OrderMessage(
                order_mass_cancel_request=pb.OrderMassCancelRequest(
                    cl_ord_id="d", mass_cancel_request_type=pb.MASS_CANCEL_REQUEST_TYPE_ALL
                )
            )
        )
        messages = [call.next() for _ in range(4)]
        call.send(
            pb.OrderMessage(
                order_status_request=pb.OrderStatusRequest(cl_ord_id="a", ord_status_req_id="s")
            )
        )
        status = call.next()
        call.cancel()

    assert [message.WhichOneof("message") for message in messages] == [
        "execution_report",
        "order_cancel_reject",
        "order_cancel_reject",
        "execution_report",  # nothing is executed here, so there is nothing to cancel
    ]
    assert [message.sequence for message in messages] == [1, 2, 3, 4]
    assert messages[1].order_cancel_reject.cxl_rej_response_to == pb.CXL_REJ_RESPONSE_TO_CANCEL
    assert messages[2].order_cancel_reject.cxl_rej_response_to == pb.CXL_REJ_RESPONSE_TO_REPLACE
    assert (status.sequence, status.execution_report.ord_status_req_id) == (0, "s")
    assert status.execution_report.exec_type == pb.EXEC_TYPE_ORDER_STATUS


def test_a_malformed_order_is_answered_and_its_id_stays_free(running: Stack, user: str) -> None:
    """A field that is missing or not allowed; too many of them end the call."""
    wrong = market_order("a")
    wrong.side = pb.SIDE_UNSPECIFIED
    with running.edge.client(user) as client:
        call = client.trade()
        call.started()
        call.send(pb.OrderMessage(new_order_single=wrong))
        refused = call.next().business_message_reject
        call.enter("a", quantity=-1)
        negative = call.next().business_message_reject
        call.enter("a")
        accepted = call.next()
        for _ in range(100):
            call.send(pb.OrderMessage())
        end = call.end()

    assert refused.text == "side is not set, or to a word that is not known"
    assert refused.business_reject_ref_id == "a"
    assert "$.OrderQty" in negative.text
    assert accepted.execution_report.exec_type == pb.EXEC_TYPE_NEW
    assert end.code() is grpc.StatusCode.INVALID_ARGUMENT


def test_a_later_call_of_the_user_ends_the_earlier_one(running: Stack, user: str) -> None:
    """As a later login does at the order manager; both do not take turns."""
    with running.edge.client(user) as client, running.edge.client(user) as other:
        first = client.trade()
        first.started()
        second = other.trade()
        second.started()
        end = first.end()
        second.enter("a")
        assert second.next().sequence == 1
        second.cancel()

    assert end.code() is grpc.StatusCode.ABORTED


def test_an_order_session_that_ends_is_followed_by_the_next(running: Stack, user: str) -> None:
    """In the same call, which says what became of orders without a report."""
    with running.edge.client(user) as client:
        call = client.trade()
        session = call.started().order_session
        call.enter("a")
        call.next()
        running.order_manager.call("NewSession")
        ended = call.next().session_ended
        begun = call.started()
        call.enter("a")
        assert call.next().sequence == 1
        call.cancel()

    assert (ended.order_session, ended.reason) == (session, pb.SESSION_END_COMPLETE)
    assert begun.order_session > session


def test_a_long_way_back_comes_in_order_and_in_bounds(running: Stack, user: str) -> None:
    """More reports than wait in the edge: the order manager is not read while nobody reads them."""
    before = running.order_manager.stats()["orders_accepted"]
    with running.edge.client(user) as client:
        call = client.trade()
        for number in range(MANY):
            call.enter(f"o{number}")
        running.order_manager.stats_when(lambda stats: stats["orders_accepted"] == before + MANY)
        call.started()
        for number in range(MANY):
            assert call.next().sequence == number + 1
        call.cancel()
        again = client.trade()
        again.started()
        reports = [again.next() for _ in range(MANY)]
        again.cancel()

    assert [report.sequence for report in reports] == [*range(1, MANY + 1)]
    assert reports[-1].execution_report.cl_ord_id == f"o{MANY - 1}"


def test_reports_go_on_when_the_client_has_sent_its_last_message(running: Stack, user: str) -> None:
    """Half-closed: what was sent is answered."""
    with running.edge.client(user) as client:
        call = client.trade()
        call.enter("a")
        call.end_sending()
        call.started()
        assert call.next().execution_report.cl_ord_id == "a"
        call.cancel()


def test_wrong_calls_of_order_entry_are_told_why(running: Stack, user: str) -> None:
    """A password that is wrong, no login, a second one."""
    with running.edge.client(user, "wrong") as client:
        assert client.trade().end().code() is grpc.StatusCode.UNAUTHENTICATED
    with running.edge.client(user) as client:
        call = OrderCall(client)
        call.enter("a")
        assert call.end().code() is grpc.StatusCode.INVALID_ARGUMENT
        again = client.trade()
        again.started()
        again.send(pb.OrderMessage(login=pb.Login()))
        assert again.end().code() is grpc.StatusCode.INVALID_ARGUMENT
