"""The end of an order session: whether a client has everything, by its answers."""

import pytest

from tests.kit.clock import FakeClock
from tradestack_fix.client.session_end import ANSWER_MAX_NS, SessionEnd
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Field


class Owner:
    """What a FIX session is told; asked: the TestReqIDs in turn."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.told: list[str] = []

    def send(self, msg_type: str, fields: list[Field]) -> None:
        assert msg_type == tags.TEST_REQUEST
        self.asked.append(dict(fields)[tags.TEST_REQ_ID])

    def leave(self, reason: str) -> None:
        self.told.append(reason.partition(":")[0])

    def forget_numbers(self) -> None:
        self.told.append("forgotten")


@pytest.fixture
def owner() -> Owner:
    """Return a FIX session."""
    return Owner()


@pytest.fixture
def end(owner: Owner) -> SessionEnd:
    """Return what its order session ends by, once it does."""
    return SessionEnd(owner, FakeClock(0))


def test_only_the_answer_to_the_newest_question_ends_it(owner: Owner, end: SessionEnd) -> None:
    """One that came before a repetition was sent does not say that the client has that."""
    end.begin()
    end.begin()
    end.repeated()
    first, second = owner.asked

    end.answered(first)
    assert owner.told == []
    end.answered(second)
    assert owner.told == ["the order session has ended", "forgotten"]


def test_a_client_that_does_not_answer_keeps_its_numbers(owner: Owner, end: SessionEnd) -> None:
    """It is logged out, and asked again at its next logon."""
    end.begin()
    end.beat(ANSWER_MAX_NS - 1)
    assert owner.told == []
    end.beat(ANSWER_MAX_NS)
    assert owner.told == ["the order session has ended"]


def test_before_the_end_nothing_is_asked_or_ended(owner: Owner, end: SessionEnd) -> None:
    """Repetitions, heartbeats and beats are everyday life."""
    end.repeated()
    end.answered("")
    end.beat(ANSWER_MAX_NS)

    assert (owner.asked, owner.told) == ([], [])
