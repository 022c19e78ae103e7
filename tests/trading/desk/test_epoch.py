"""The names and the content of orders."""

import dataclasses

from tradestack.domain.fixed_point import FIXED_MAX, SCALE
from tradestack.domain.order import OrdType, Side, TimeInForce
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.domain.times import FEED_TIME_NS_MIN
from tradestack.strategies.intent import CancelIntent, Intent, ReplaceIntent
from tradestack.trading.desk.epoch import (
    INSTANCE_LENGTH_MAX,
    INTENTS_PER_MESSAGE_MAX,
    Epoch,
    ReferencePrice,
    epoch_prefix,
)
from tradestack.wire.order_texts import is_cl_ord_id
from tradestack.wire.orders import decode_client_message, encode_message


def epoch_of(
    instance: str = "news", config_hash: str = "0123456789ab", feed_session: str = "0ABCDEFGHI"
) -> Epoch:
    """An epoch of the news strategy."""
    return Epoch(
        instance=instance,
        config_hash=config_hash,
        feed_session=feed_session,
        signal_name="news",
        signal_label="sentiment",
    )


def intent(sequence: int, index: int = 0) -> Intent:
    """An intent of that message."""
    return Intent(
        sequence=sequence,
        index=index,
        symbol="SPY",
        side=Side.BUY,
        value=0,
        price=168 * SCALE,
        event_time_ns=3,
        publish_time_ns=4,
        quantity=10 * SCALE,
    )


def test_orders_are_named_after_their_message() -> None:
    """A ClOrdID has its parts in this order."""
    epoch = epoch_of()

    assert epoch.client_order_id(intent(812)) == "news-0123456789ab-0ABCDEFGHI-812-0"


def test_the_longest_name_fits_the_wire() -> None:
    """With every part at its longest it is still a ClOrdID."""
    epoch = epoch_of("x" * INSTANCE_LENGTH_MAX, "f" * 12, "Z" * 10)

    name = epoch.client_order_id(intent(2**53, INTENTS_PER_MESSAGE_MAX))

    assert is_cl_ord_id(name)


def test_an_epoch_recognises_its_orders() -> None:
    """Orders of other instances, configurations and sessions are not its own."""
    epoch = epoch_of()

    assert epoch.names("news-0123456789ab-0ABCDEFGHI-812-0")
    assert not epoch.names("news-0123456789ab-0ABCDEFGHJ-812-0")
    assert not epoch.names("news-0123456789ac-0ABCDEFGHI-812-0")
    assert not epoch.names("old-news-0123456789ab-0ABCDEFGHI-812-0")


def test_an_order_fits_the_wire_whatever_the_feed_carries() -> None:
    """Prices beyond the wire's range are left out; any event time is within it."""
    epoch = epoch_of()
    extreme = Intent(
        sequence=1,
        index=0,
        symbol="A" * 24,
        side=Side.SELL,
        value=FIXED_MAX,
        price=FIXED_MAX,
        event_time_ns=FEED_TIME_NS_MIN,
        publish_time_ns=5,
        quantity=10 * SCALE,
    )

    order = epoch.order(extreme, "a", ReferencePrice(FIXED_MAX, -1), 7)

    assert decode_client_message(encode_message(order)) == order
    assert (order.reference_price, order.feed_price, order.event_time_ns) == (
        None,
        None,
        FEED_TIME_NS_MIN,
    )
    assert epoch.order(extreme, "a", ReferencePrice(-SCALE, 5), 7).reference_price == -SCALE


def test_an_order_has_the_price_and_the_times_of_its_message() -> None:
    """They are the feed's, whatever the live price is by now."""
    order = epoch_of().order(intent(812), "a", ReferencePrice(169 * SCALE, 5), 7)

    assert (order.feed_price, order.event_time_ns, order.signal_time_ns) == (168 * SCALE, 3, 4)
    assert order.shown_price == 168 * SCALE


def test_an_order_is_as_its_intent_asks_for() -> None:
    """What the intent leaves open is a market order of the configured quantity."""
    asked = dataclasses.replace(
        intent(812),
        quantity=7,
        ord_type=OrdType.LIMIT,
        limit_price=168 * SCALE,
        time_in_force=TimeInForce.DAY,
        price=None,
    )

    plain, limit = (
        epoch_of().order(intent(812), "a", None, 7),
        epoch_of().order(asked, "a", None, 7),
    )

    assert (plain.quantity, plain.ord_type, plain.price) == (10 * SCALE, OrdType.MARKET, None)
    assert plain.time_in_force is TimeInForce.IOC
    assert (limit.quantity, limit.ord_type, limit.price) == (7, OrdType.LIMIT, 168 * SCALE)
    assert (limit.time_in_force, limit.feed_price) == (TimeInForce.DAY, None)


def test_changes_are_named_as_orders_are() -> None:
    """The same decision after a kill has the same name, whatever it asks for."""
    epoch = epoch_of()
    cancel = CancelIntent(sequence=812, index=1, cl_ord_id="a", publish_time_ns=4)
    change = ReplaceIntent(
        sequence=812, index=2, cl_ord_id="a", quantity=7, limit_price=SCALE, publish_time_ns=4
    )

    names = [epoch.client_order_id(each) for each in (intent(812), cancel, change)]

    assert names == [f"news-0123456789ab-0ABCDEFGHI-812-{index}" for index in range(3)]
    assert [epoch_prefix(name) for name in names] == [epoch.prefix] * 3
    assert epoch.change(cancel, names[1], 7) == OrderCancelRequest(
        cl_ord_id=names[1],
        orig_cl_ord_id="a",
        transact_time_ns=7,
        feed_session="0ABCDEFGHI",
        feed_seq=812,
    )
    assert epoch.change(change, names[2], 7) == OrderCancelReplaceRequest(
        cl_ord_id=names[2],
        orig_cl_ord_id="a",
        quantity=7,
        price=SCALE,
        transact_time_ns=7,
        feed_session="0ABCDEFGHI",
        feed_seq=812,
    )
