"""Session ids: fresh, well-formed, and in the order in which they were made."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.session_id import following_session_id, is_session_id, new_session_id

DAY_NS = 86_400_000_000_000
NOW_NS = 1_795_338_000_000_000_000
YEARS_2020_TO_2080_NS = st.integers(1_577_836_800_000_000_000, 3_471_292_800_000_000_000)
ENTROPY = st.integers(0, 2**32 - 1)


@given(YEARS_2020_TO_2080_NS, ENTROPY)
def test_new_ids_are_well_formed(now_ns: int, entropy: int) -> None:
    """Any time and entropy give ten characters of the alphabet."""
    assert is_session_id(new_session_id(now_ns, entropy))


@given(st.lists(st.tuples(YEARS_2020_TO_2080_NS, ENTROPY), min_size=2, max_size=20))
def test_ids_ascend_whatever_the_clock_does(moments: list[tuple[int, int]]) -> None:
    """Each sorts after the previous one, however far the clock was set ahead or back."""
    ids = [""]
    for now_ns, entropy in moments:
        ids.append(following_session_id(ids[-1], now_ns, entropy))

    assert all(map(is_session_id, ids[1:]))
    assert all(earlier < later for earlier, later in itertools.pairwise(ids))


def test_following_id_has_the_time_of_its_making() -> None:
    """If the clock was set back, its time is a second after the previous one."""
    previous = new_session_id(NOW_NS, 36**4 - 1)

    assert following_session_id(previous, NOW_NS + DAY_NS, 7) == new_session_id(NOW_NS + DAY_NS, 7)
    assert following_session_id(previous, NOW_NS - DAY_NS, 7) == new_session_id(
        NOW_NS + 1_000_000_000, 7
    )


@pytest.mark.parametrize(
    "text", ["", "0123456789A", "012345678", "abcdefghij", "01234 6789", "é" * 10]
)
def test_other_texts_are_not_ids(text: str) -> None:
    """Length and alphabet decide."""
    assert not is_session_id(text)


def test_time_before_2020_counts_as_2020() -> None:
    """A host without a clock battery still gets valid ids."""
    assert new_session_id(0, 0) == "0000000000"
