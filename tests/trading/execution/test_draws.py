"""Tests of keyed draws: what they depend on, that they never change, and that they are even."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.trading.execution.draws import DrawKey, Purpose, draw
from tradestack.trading.execution.model import SEED_MAX, ExecutionModel

MODEL = ExecutionModel(seed=7)
KEY = DrawKey("alice", 12, 0)
BOUND = 10**9


def test_a_draw_is_the_same_on_every_machine_and_in_every_version() -> None:
    """These numbers are part of what a journal means: they must not change."""
    drawn = [
        draw(MODEL, KEY, purpose, BOUND, sequence) for purpose in Purpose for sequence in (0, 5)
    ]

    assert drawn == [418161389, 130484401, 13091030, 149419544, 656567714, 117187579]


@pytest.mark.parametrize(
    ("model", "key", "purpose", "sequence"),
    [
        (ExecutionModel(seed=8), KEY, Purpose.SLIPPAGE, 3),
        (MODEL, KEY._replace(user="alicf"), Purpose.SLIPPAGE, 3),
        (MODEL, KEY._replace(cause=13), Purpose.SLIPPAGE, 3),
        (MODEL, KEY._replace(cause_index=1), Purpose.SLIPPAGE, 3),
        (MODEL, KEY, Purpose.REPORT_LATENCY, 3),
        (MODEL, KEY, Purpose.SLIPPAGE, 4),
    ],
)
def test_each_part_of_the_key_matters(
    model: ExecutionModel, key: DrawKey, purpose: Purpose, sequence: int
) -> None:
    """Another seed, user, cause, index, purpose or trade gives another number."""
    assert draw(model, key, purpose, BOUND, sequence) != draw(
        MODEL, KEY, Purpose.SLIPPAGE, BOUND, 3
    )


def test_the_rest_of_the_model_does_not_matter() -> None:
    """Other fees or shares leave the draws as they are: one thing is compared at a time."""
    other = ExecutionModel(seed=7, participation_bp=1, ioc_window_ns=9)

    assert draw(other, KEY, Purpose.SLIPPAGE, BOUND) == draw(MODEL, KEY, Purpose.SLIPPAGE, BOUND)


@given(
    st.integers(0, SEED_MAX),
    st.text(),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**31),
    st.integers(1, 2**63),
)
def test_a_draw_is_below_its_bound(
    seed: int, user: str, cause: int, cause_index: int, bound: int
) -> None:
    """For any key, and 0 for a bound of 1."""
    key = DrawKey(user, cause, cause_index)
    model = ExecutionModel(seed=seed)

    assert 0 <= draw(model, key, Purpose.ENTRY_LATENCY, bound) < bound
    assert draw(model, key, Purpose.ENTRY_LATENCY, 1) == 0


def test_numbers_are_drawn_evenly() -> None:
    """Of 7 000 draws each of 7 numbers gets 1 000, give or take five standard deviations."""
    counts = Counter(draw(MODEL, KEY, Purpose.SLIPPAGE, 7, number) for number in range(7_000))

    assert sorted(counts) == list(range(7))
    assert all(abs(count - 1_000) < 150 for count in counts.values())
