"""The registrar: one request at a time, and only its own answer counts."""

import pytest

from tradestack.domain.order import BusinessRejectReason, Start
from tradestack.trading.desk.epoch import Epoch
from tradestack.wire.order_messages import BusinessMessageReject, Register, Registered
from tradestack_strategy.orders.registrar import Registrar

EPOCH = Epoch(
    instance="news",
    config_hash="0123456789ab",
    feed_session="0ABCDEFGHI",
    signal_name="news",
    signal_label="sentiment",
)


@pytest.fixture
def sent() -> list[Register]:
    """The requests sent."""
    return []


@pytest.fixture
def answers() -> list[Registered]:
    """The answers taken."""
    return []


@pytest.fixture
def registrar(sent: list[Register]) -> Registrar:
    """A registrar that has sent nothing yet."""
    return Registrar(sent.append, interactive=False)


def answer_to(request: Register, from_seq: int) -> Registered:
    """The answer to a request."""
    return Registered(
        request_id=request.request_id, feed_session=request.feed_session, from_seq=from_seq
    )


def refusal_of(request_id: str) -> BusinessMessageReject:
    """The refusal of a request."""
    return BusinessMessageReject(
        ref_msg_type="Register",
        business_reject_ref_id=request_id,
        business_reject_reason=BusinessRejectReason.APPLICATION_NOT_AVAILABLE,
        text="disk full",
    )


def test_only_the_answer_to_the_newest_request_counts_once(
    registrar: Registrar, sent: list[Register], answers: list[Registered]
) -> None:
    """Replayed answers to earlier requests come first."""
    registrar.register(EPOCH, 4, Start.NOW, answers.append)
    registrar.register(EPOCH, 5, Start.NOW, answers.append)

    registrar.registered(answer_to(sent[0], 5))
    registrar.registered(answer_to(sent[1], 6))
    registrar.registered(answer_to(sent[1], 6))

    assert [answer.from_seq for answer in answers] == [6]
    assert (sent[1].head, sent[1].start, sent[1].config_hash) == (5, Start.NOW, "0123456789ab")


def test_the_answer_to_a_withdrawn_request_is_ignored(
    registrar: Registrar, sent: list[Register], answers: list[Registered]
) -> None:
    """It may come with the replay after a lost connection."""
    registrar.register(EPOCH, 4, Start.NOW, answers.append)
    registrar.withdraw()

    registrar.registered(answer_to(sent[0], 5))

    assert answers == []


def test_a_refusal_is_recognised_once(registrar: Registrar, sent: list[Register]) -> None:
    """Refusals of orders are not its own."""
    registrar.register(EPOCH, 4, Start.NOW, lambda _: None)

    assert not registrar.refused(refusal_of("an-order"))
    assert registrar.refused(refusal_of(sent[0].request_id))
    assert not registrar.refused(refusal_of(sent[0].request_id))


def test_a_refusal_without_a_reference_refuses_no_request(registrar: Registrar) -> None:
    """While nothing was asked, an empty reference must not be taken for the request's id."""
    assert not registrar.refused(refusal_of(""))


def test_a_repeated_refusal_is_logged_once(
    registrar: Registrar, sent: list[Register], caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk would otherwise fill the log as well; another success begins again."""
    for _ in range(3):
        registrar.register(EPOCH, 4, Start.NOW, lambda _: None)
        registrar.refused(refusal_of(sent[-1].request_id))
    assert len(caplog.records) == 1

    registrar.register(EPOCH, 4, Start.NOW, lambda _: None)
    registrar.registered(answer_to(sent[-1], 5))
    registrar.register(EPOCH, 4, Start.NOW, lambda _: None)
    registrar.refused(refusal_of(sent[-1].request_id))
    assert len(caplog.records) == 2


@pytest.mark.parametrize("interactive", [False, True])
def test_a_request_says_whether_the_strategy_reads_its_reports(
    sent: list[Register], answers: list[Registered], interactive: bool
) -> None:
    """The order manager need not tell others how far their orders have met the feed."""
    registrar = Registrar(sent.append, interactive=interactive)

    registrar.register(EPOCH, 4, Start.NOW, answers.append)

    assert sent[0].interactive is interactive
