"""Order entry without a network: orders handed to a list, reports handed to the desk."""

import logging

import pytest
from tests.kit.clock import FakeClock

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import FIXED_MAX, SCALE
from tradestack.domain.order import ExecType, Order, OrdRejReason, OrdStatus, Side
from tradestack.net.client.connection import OutgoingFull
from tradestack.strategies.signal import Intent
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import Epoch
from tradestack.trading.order_factory import OrderFactory, ReferencePrice
from tradestack.wire.orders import decode_client_message, encode_message
from tradestack_strategy.order_entry import ORDERS_LOGGED_PER_SECOND_MAX, OrderEntry
from tradestack_strategy.reference_price import ReferencePrices

EPOCH = Epoch(instance="news", config_hash="0123456789ab", feed_session="0ABCDEFGHI")
NEXT_EPOCH = Epoch(instance="news", config_hash="0123456789ab", feed_session="0ABCDEFGHJ")
ENTRY = OrderFactory(signal_name="news", signal_label="sentiment", quantity=10 * SCALE)


class Line:
    """A connection that takes orders as long as there is room."""

    def __init__(self, room: int = 1_000_000) -> None:
        self.room = room
        self.orders: list[Order] = []

    def send(self, order: Order) -> None:
        """Takes the order, or raises as a connection does."""
        if not self.room:
            raise OutgoingFull("no room")
        self.room -= 1
        self.orders.append(order)

    @property
    def sequences(self) -> list[int | None]:
        """The feed messages of the orders taken."""
        return [order.feed_seq for order in self.orders]


@pytest.fixture
def clock() -> FakeClock:
    """The desk's time."""
    return FakeClock(10**18)


@pytest.fixture
def counters() -> Counters:
    """The desk's counters."""
    return Counters()


@pytest.fixture
def desk(clock: FakeClock, counters: Counters) -> OrderEntry:
    """A desk that was never open."""
    prices = ReferencePrices("-of-nobody", counters)
    return OrderEntry(entry=ENTRY, prices=prices, counters=counters, clock=clock)


def intent(sequence: int) -> Intent:
    """BUY SPY because of that message."""
    return Intent(sequence=sequence, index=0, symbol="SPY", side=Side.BUY, value=0, time_ns=0)


def report(sequence: int, exec_type: ExecType = ExecType.NEW, epoch: Epoch = EPOCH):
    """The report on the order of that message."""
    is_rejected = exec_type is ExecType.REJECTED
    return ExecutionReport(
        cl_ord_id=epoch.client_order_id(intent(sequence)),
        exec_id="1",
        exec_type=exec_type,
        ord_status=OrdStatus.REJECTED if is_rejected else OrdStatus.NEW,
        reject_reason=OrdRejReason.STALE_ORDER if is_rejected else None,
        transact_time_ns=0,
    )


def test_a_closed_desk_keeps_orders_until_it_opens(desk):
    """What was decided in the moment of the loss goes out after the next registration."""
    before, after = Line(), Line()
    desk.open(EPOCH, before.send)
    desk.close()

    desk.enter([intent(3)])
    desk.open(EPOCH, after.send)

    assert before.sequences == []
    assert after.sequences == [3]


def test_reports_replayed_before_the_registration_spare_their_orders(desk, counters):
    """The order that an earlier process sent is not sent again; its outcome is counted."""
    line = Line()
    desk.reported(report(3))
    desk.reported(report(4, ExecType.REJECTED))
    desk.open(EPOCH, line.send)

    desk.enter([intent(3), intent(4), intent(5)])

    assert line.sequences == [5]
    assert counters[Counted.ORDERS_SENT] == 3
    assert counters[Counted.ORDERS_ACCEPTED] == 1
    assert counters[Counted.ORDERS_REJECTED] == 1
    assert counters.process()["orders_sent"] == 1


def test_a_report_that_overtakes_the_replay_spares_its_order_too(desk, counters):
    """Our own order, reported on after the registration but before we came to it again."""
    line = Line()
    desk.open(EPOCH, line.send)
    desk.reported(report(3))

    desk.enter([intent(3)])

    assert line.sequences == []
    assert counters[Counted.ORDERS_ACKNOWLEDGED] == 1


def test_replayed_reports_on_orders_of_others_are_let_go(desk):
    """Only orders of the present epoch can be decided again; the rest costs no memory."""
    desk.reported(report(3))
    desk.reported(report(3, epoch=NEXT_EPOCH))

    desk.open(NEXT_EPOCH, Line().send)

    assert list(desk.pending.early) == [NEXT_EPOCH.client_order_id(intent(3))]


def test_reports_on_orders_of_others_are_counted(desk, counters):
    """Another program under the same user is told apart."""
    desk.open(EPOCH, Line().send)

    desk.reported(report(3, epoch=NEXT_EPOCH))

    assert counters.process()["reports_unmatched"] == 1
    assert not desk.pending.early


def test_orders_that_found_no_room_go_out_when_there_is(desk):
    """A full connection delays orders, in their order, and loses none."""
    line = Line(room=1)
    desk.open(EPOCH, line.send)
    desk.enter([intent(3), intent(4), intent(5)])

    line.room = 10
    desk.send_again()

    assert line.sequences == [3, 4, 5]


def test_send_again_repeats_nothing_that_was_taken(desk):
    """An order on its way waits for its report."""
    line = Line()
    desk.open(EPOCH, line.send)
    desk.enter([intent(3)])

    desk.send_again()

    assert line.sequences == [3]


def test_a_late_report_of_the_session_before_counts_for_the_process_alone(desk, counters):
    """Session counters are of the session that goes on."""
    desk.open(EPOCH, Line().send)
    desk.enter([intent(3)])
    counters.start_session()
    desk.close()
    desk.open(NEXT_EPOCH, Line().send)

    desk.reported(report(3))

    assert desk.in_flight == 0
    assert counters[Counted.ORDERS_ACKNOWLEDGED] == 0
    assert counters.process()["orders_acknowledged"] == 1


def test_a_flood_of_rejects_does_not_flood_the_log(desk, clock, caplog):
    """So many lines a second; the counters know them all."""
    desk.open(EPOCH, Line().send)
    desk.enter([intent(number) for number in range(1, 101)])

    with caplog.at_level(logging.WARNING):
        for number in range(1, 100):
            desk.reported(report(number, ExecType.REJECTED))
        clock.now_ns += 10**9
        desk.reported(report(100, ExecType.REJECTED))

    rejected = [record for record in caplog.records if "order rejected" in record.message]
    assert len(rejected) == ORDERS_LOGGED_PER_SECOND_MAX + 1
    assert "reason=STALE_ORDER" in rejected[0].message


def test_an_order_is_one_that_the_order_manager_understands():
    """Whatever the feed can carry, the order fits the wire."""
    extreme = Intent(
        sequence=1, index=0, symbol="A" * 12, side=Side.SELL, value=100 * SCALE, time_ns=5
    )

    order = ENTRY.order_of(extreme, EPOCH, ReferencePrice(FIXED_MAX, -1), 7)

    assert decode_client_message(encode_message(order)) == order
    assert order.reference_price is None
    assert ENTRY.order_of(extreme, EPOCH, ReferencePrice(-SCALE, 5), 7).reference_price == -SCALE


def test_reports_on_the_session_before_do_not_count_for_the_next(
    desk: OrderEntry, counters: Counters
) -> None:
    """Orders of a session that is over settle after the next was entered."""
    line = Line()
    desk.open(EPOCH, line.send)
    desk.enter([intent(1)])
    desk.leave_session()
    counters.start_session()

    desk.reported(report(1))

    assert desk.in_flight == 0
    assert counters[Counted.ORDERS_ACKNOWLEDGED] == 0
    assert counters.process()["orders_acknowledged"] == 1
