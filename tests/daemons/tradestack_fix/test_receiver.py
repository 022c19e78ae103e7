"""The client's side of a FIX session by a clock of the test: what is missing, and does not come."""

from typing import cast

import pytest

from tests.kit.clock import FakeClock
from tradestack_fix.client.counters import Counters
from tradestack_fix.client.desk import Desk
from tradestack_fix.client.receiver import Receiver
from tradestack_fix.codec import tags
from tradestack_fix.codec.frames import FrameDecoder
from tradestack_fix.codec.message import Field, Parties, encode_message
from tradestack_fix.session.gap import ASK_AGAIN_NS, ASKS_MAX

OURS, THEIRS = Parties("TRADESTACK", "ACME"), Parties("ACME", "TRADESTACK")


class Owner:
    """A FIX session that notes what it is told."""

    desk = cast("Desk", None)
    next_number = 2

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.left: list[str] = []

    def send(self, msg_type: str, fields: list[Field]) -> None:
        if msg_type == tags.RESEND_REQUEST:
            self.asked.append(dict(fields)[tags.BEGIN_SEQ_NO])

    def leave(self, reason: str) -> None:
        self.left.append(reason)

    def repeat(self, first_number: int, last_number: int) -> None:
        """Do nothing."""

    def leave_as_asked(self) -> None:
        """Do nothing."""

    def answered(self, test_req_id: str) -> None:
        """Do nothing."""

    def hold_if_full(self) -> None:
        """Do nothing."""


@pytest.fixture
def clock() -> FakeClock:
    """Return a clock that the test sets."""
    return FakeClock(1_796_000_000_000_000_000)


@pytest.fixture
def owner() -> Owner:
    """Return a FIX session."""
    return Owner()


@pytest.fixture
def receiver(owner: Owner, clock: FakeClock) -> Receiver:
    """Return a receiver that expects number 2."""
    return Receiver(owner, OURS, 2, clock, Counters())


def take(receiver: Receiver, number: int, clock: FakeClock) -> None:
    """Let it receive a heartbeat."""
    decoder = FrameDecoder()
    decoder.receive_data(encode_message(tags.HEARTBEAT, number, THEIRS, clock.wall_ns(), []))
    body = decoder.next_body()
    assert isinstance(body, bytes)
    receiver.take(body)


def test_a_number_that_does_not_come_is_asked_for_twice_and_then_ends_the_session(
    receiver: Receiver, owner: Owner, clock: FakeClock
) -> None:
    """What follows it does not wait for ever, and the client is told what to do."""
    for number in range(3, 3 + ASKS_MAX):
        take(receiver, number, clock)
        take(receiver, number, clock)  # just now: it is not asked for again
        assert owner.asked == ["2"] * (number - 2)
        clock.now_ns += ASK_AGAIN_NS
    assert owner.left == []
    take(receiver, 9, clock)

    assert owner.asked == ["2"] * ASKS_MAX
    assert len(owner.left) == 1
    assert "MsgSeqNum 2 was asked for" in owner.left[0]
    assert "fill it as a gap" in owner.left[0]


def test_each_gap_has_its_own_count(receiver: Receiver, owner: Owner, clock: FakeClock) -> None:
    """A client that sends what is missing may lose messages as often as it likes."""
    for number in range(2, 20):
        take(receiver, number + 1, clock)
        take(receiver, number, clock)
        clock.now_ns += ASK_AGAIN_NS

    assert owner.asked == [str(number) for number in range(2, 20)]
    assert owner.left == []
