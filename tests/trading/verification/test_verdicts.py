"""Verdicts judged again: by the limits of the account, at the message that caused the order."""

from pathlib import Path

import pytest

from tests.ctl.verify.traded import order
from tests.kit.recorded_session import RecordedSession, trades
from tests.trading.verification.verified import payloads_of, verify
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.requests import OrderCancelReplaceRequest
from tradestack.trading.risk.limits import Limits, RiskLimits, UserLimits
from tradestack.trading.verification.difference import Differs

OWN = Limits(max_order_qty=100 * SCALE)
SPANNING = Limits(max_position=10**6 * SCALE)


def record(directory: Path, limits: RiskLimits) -> RecordedSession:
    """Record a refused and an accepted order, and a refused replace."""
    with RecordedSession(directory) as recorded:
        recorded.set_limits(limits)
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("large", 200))
        recorded.send(order("small", 50, "90"))
        recorded.send(
            OrderCancelReplaceRequest(
                cl_ord_id="more",
                orig_cl_ord_id="small",
                quantity=500 * SCALE,
                price=parse_fixed("90"),
            )
        )
    return recorded


def changed(payloads: list[bytes], old: bytes, new: bytes) -> tuple[list[bytes], int]:
    """Change the first record that has a text; return the payloads and its line."""
    at = next(i for i, payload in enumerate(payloads) if old in payload)
    return [*payloads[:at], payloads[at].replace(old, new), *payloads[at + 1 :]], at + 1


def test_verdicts_follow_from_the_limits(tmp_path: Path) -> None:
    """An accepted order, a refused one and a refused replace: no difference."""
    recorded = record(tmp_path, RiskLimits(each_user=UserLimits(limits=OWN)))

    assert verify(recorded.log.path, payloads_of(recorded.journal)).counts.orders == 2


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"value=200", b"value=201", "order of news"),
        (b"limit=100", b"limit=99", "order of news"),
        (b'"Refusal":"', b'"Refusal":"not ', "replace of news"),
    ],
)
def test_another_reason_differs(tmp_path: Path, old: bytes, new: bytes, what: str) -> None:
    """The text of a refusal has code, value, limit and scope, and follows."""
    recorded = record(tmp_path, RiskLimits(each_user=UserLimits(limits=OWN)))
    payloads, line = changed(payloads_of(recorded.journal), old, new)

    with pytest.raises(Differs) as differs:
        verify(recorded.log.path, payloads)

    difference = differs.value.difference
    assert (difference.line, difference.what, difference.field) == (line, what, "verdict")


def test_other_limits_lead_to_other_verdicts(tmp_path: Path) -> None:
    """What was accepted under them has to be refused, or the other way round."""
    recorded = record(tmp_path, RiskLimits(each_user=UserLimits(limits=OWN)))
    payloads = payloads_of(recorded.journal)
    for quantity in (10 * SCALE, 300 * SCALE):
        old = b'"max_order_qty":%d' % OWN.max_order_qty
        others, _ = changed(payloads, old, b'"max_order_qty":%d' % quantity)

        with pytest.raises(Differs) as differs:
            verify(recorded.log.path, others)

        assert differs.value.difference.field == "verdict"


def test_a_refusal_for_all_users_is_taken_as_it_is(tmp_path: Path) -> None:
    """What others did is not known; an order that was accepted is judged nevertheless."""
    limits = RiskLimits(total=SPANNING, each_user=UserLimits(limits=OWN))
    recorded = record(tmp_path, limits)
    payloads = payloads_of(recorded.journal)
    other_text, _ = changed(payloads, b"value=200", b"value=201")

    assert verify(recorded.log.path, other_text).counts.orders == 2
    stricter, _ = changed(payloads, b'"max_order_qty":10000000000', b'"max_order_qty":1000000000')
    with pytest.raises(Differs):
        verify(recorded.log.path, stricter)
