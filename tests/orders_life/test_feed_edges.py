"""Feeds that end, are replaced, are late, or lack what was traded."""

import msgspec

from tests.kit.order_manager import USER
from tests.kit.tape_order_manager import TapeOrderManager
from tests.orders_life.desk import Desk
from tests.orders_life.notation import message_of, report_text, steps_of
from tradestack.domain.order import Order
from tradestack.wire.feed import TICK_PACKET_LENGTH
from tradestack.wire.order_messages import BusinessMessageReject

NEXT_SESSION = "3DAB200000"
TRADED = """
    D X 100     | N/n X 100:0:100
    trade 20    | T/p X 100:20:80 +20
"""


def traded(manager: TapeOrderManager) -> Desk:
    """Start, and fill an order in part."""
    feed = manager.feed()
    manager.start()
    desk = Desk(manager, USER, feed)
    steps = steps_of(TRADED)
    assert desk.play(steps) == steps
    return desk


def an_order_for(desk: Desk, name: str, feed_seq: int) -> Order:
    """Make an order that a message caused."""
    order = message_of(f"D {name} 10", desk.feed.session_id)
    assert isinstance(order, Order)
    return msgspec.structs.replace(order, feed_seq=feed_seq)


def refusal(desk: Desk) -> BusinessMessageReject:
    """Return the next answer, which has to be one that leaves no trace."""
    (answer,) = desk.receive(1)
    assert isinstance(answer, BusinessMessageReject), answer
    return answer


def test_orders_work_on_when_another_feed_session_begins(manager: TapeOrderManager) -> None:
    """Those of the session before meet its tape to the end; new ones meet the new one."""
    desk = traded(manager)
    before = desk.feed
    desk.feed = manager.feed(NEXT_SESSION)
    desk.act("D Y 50")
    assert desk.read(1) == ["N/n Y 50:0:50"]
    desk.act("trade 50")
    assert desk.read(1) == ["T/f Y 50:50:0 +50"]

    before.trade(5, 99)
    assert desk.read(1) == ["T/p X 100:25:75 +5"]
    desk.act("G Z X 90")  # in the name of the new session
    assert desk.read(1) == ["R/p Z<X 90:25:65"]
    before.end()

    assert desk.read(1) == ["X/x Z 90:25:0"]
    desk.act("F A Z")
    assert desk.read(1) == ["CR A<Z x #0"]
    assert desk.last_steps() == []


def test_the_order_of_a_dead_session_can_be_canceled(manager: TapeOrderManager) -> None:
    """Another session followed it without its end: its orders work until they are canceled."""
    desk = traded(manager)
    desk.feed = manager.feed(NEXT_SESSION)
    desk.restart()

    desk.act("F Y X")

    assert desk.read(1) == ["C/c Y<X 100:20:0"]
    assert desk.last_steps() == []


def test_a_request_for_a_message_to_come_waits_for_it(manager: TapeOrderManager) -> None:
    """What the user sends after it waits as well, so the order of the messages stays."""
    desk = traded(manager)
    desk.send(an_order_for(desk, "A", desk.feed.head + 2))
    desk.act("D B 10")
    desk.act("H X")
    manager.stats()  # by then these are received

    desk.feed.news()
    desk.feed.news()

    assert desk.read(3) == ["N/n A 10:0:10", "N/n B 10:0:10", "O/p X 100:20:80"]
    assert desk.last_steps() == []


def test_a_request_for_a_message_that_does_not_come_is_refused(manager: TapeOrderManager) -> None:
    """It leaves no trace after feed_wait_max; what came after it is taken then."""
    manager.configure(feed_wait_max="200ms")
    desk = traded(manager)
    late = an_order_for(desk, "A", desk.feed.head + 1)
    desk.send(late)
    desk.act("D B 10")

    reject = refusal(desk)

    assert (reject.business_reject_ref_id, "feed message" in reject.text) == ("A", True)
    assert desk.read(1) == ["N/n B 10:0:10"]
    desk.feed.news()
    desk.send(late)
    assert desk.read(1) == ["N/n A 10:0:10"]
    assert desk.last_steps() == []


def test_an_order_for_no_feed_session_is_rejected(manager: TapeOrderManager) -> None:
    """It names one that there is no log of."""
    desk = traded(manager)
    desk.feed.session_id = NEXT_SESSION

    desk.act("D Y 10")

    assert desk.read(1) == ["J/j Y 10 #2"]


def test_an_order_for_a_message_of_no_feed_session_is_rejected_at_once(
    manager: TapeOrderManager,
) -> None:
    """An older session than the newest does not come any more: nobody waits for it."""
    manager.configure(feed_wait_max="1h")
    desk = traded(manager)
    late = msgspec.structs.replace(an_order_for(desk, "Y", 5), feed_session="0AAA200000")

    desk.send(late)

    assert desk.read(1) == ["J/j Y 10 #2"]


def test_a_log_that_lacks_what_was_traded_refuses_messages_until_it_is_back(
    manager: TapeOrderManager,
) -> None:
    """Before a restart and after it; a user who has not traded there is not affected."""
    desk = traded(manager)
    whole = desk.feed.cut(1)

    for _ in range(2):
        desk.act("D Y 10")
        reject = refusal(desk)
        assert reject.business_reject_ref_id == "Y"
        assert "ends with message 1" in reject.text
        other = Desk(manager, "other", desk.feed)
        assert other.last_steps() == []
        other.close()
        desk.forget_unanswered()
        desk.restart()

    desk.feed.path.write_bytes(whole)
    desk.act("D Y 10")
    assert desk.read(1) == ["N/n Y 10:0:10"]
    desk.act("trade 90")
    assert desk.read(2) == ["T/f X 100:100:0 +80", "T/f Y 10:10:0 +10"]
    assert desk.last_steps() == []


def test_a_missing_log_refuses_messages_until_it_is_back(manager: TapeOrderManager) -> None:
    """The order manager starts without it, and goes on when it is there."""
    desk = traded(manager)
    away = desk.feed.path.with_suffix(".away")
    desk.feed.path.rename(away)
    desk.restart()
    desk.act("F Y X")
    assert "there is no feed log" in refusal(desk).text

    away.rename(desk.feed.path)
    answers: list[object] = []
    while not answers or isinstance(answers[-1], BusinessMessageReject):
        # The order manager looks for a log that was not there ten times a second.
        desk.act("F Y X")
        answers += desk.receive(1)

    assert report_text(answers[-1]) == "C/c Y<X 100:20:0"
    desk.forget_unanswered()
    assert desk.last_steps() == []


def test_a_damaged_log_costs_the_accounts_that_have_to_read_it(manager: TapeOrderManager) -> None:
    """Whoever begins after the damage trades; the order manager lives."""
    desk = traded(manager)
    begin = desk.feed.head * TICK_PACKET_LENGTH
    desk.feed.news()
    whole = desk.feed.path.read_bytes()
    damaged = whole[:begin] + bytes(TICK_PACKET_LENGTH)
    desk.manager.kill()
    desk.feed.path.write_bytes(damaged)
    desk.manager.start()
    desk.reconnect()

    desk.act("D Y 10")

    assert "is not a tick" in refusal(desk).text
    desk.feed.path.write_bytes(whole)
    desk.forget_unanswered()
    desk.restart()
    desk.act("D Y 10")
    assert desk.read(1) == ["N/n Y 10:0:10"]
    assert desk.last_steps() == []
