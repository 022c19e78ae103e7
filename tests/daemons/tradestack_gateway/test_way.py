"""The way of a feed: what a gateway that follows its own feed says and tells on."""

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack.wire.feed_messages import Hop, Way, decode_feed_message, encode_way
from tradestack_gateway.way import FeedWay


class Told:
    """A relay that asks for the way."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []

    def send_unsequenced(self, payload: bytes) -> None:
        """Keep what is told."""
        self.payloads.append(payload)


def told_by(way: FeedWay) -> tuple[Hop, ...]:
    """The hops that the gateway tells a relay."""
    relay = Told()
    way.tell(relay, head=0, lag_ns=0)  # type: ignore[arg-type]
    message = decode_feed_message(relay.payloads[-1])
    assert isinstance(message, Way)
    return message.hops


def learn(way: FeedWay, hops: tuple[Hop, ...]) -> None:
    """Let the gateway's upstream tell these."""
    way.learn("there", encode_way(hops, ()))


def test_a_loop_is_named_once_however_often_it_was_passed() -> None:
    """From this gateway to itself; and no more than that is told on."""
    way = FeedWay()
    (own,) = told_by(way)
    others = tuple(Hop(gateway=name * 16, host=name, head=0, lag_time_ns=0) for name in "ab")

    for _ in range(3):
        with pytest.raises(OperatorFault, match=r"a loop \(this gateway → a → b → this gateway\)"):
            learn(way, (*way.before, own, *others))

    assert [hop.host for hop in way.before] == [own.host, "a", "b"]


def test_a_way_without_this_gateway_is_no_loop() -> None:
    """It is told on with this gateway at its end."""
    way = FeedWay()
    hops = (Hop(gateway="c" * 16, host="c", head=0, lag_time_ns=0),)

    learn(way, hops)

    assert told_by(way)[:1] == hops
    assert len(told_by(way)) == 2
