"""Session ids: fresh, well-formed, and in the order in which they were made."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.session_id import following_session_id, is_session_id, new_session_id

DAY_NS = 86_400_000_000_000
NOW_NS = 1_795_338_000_000_000_000
YEARS_2020_TO_2080_NS = st.integers(1_577_836_800_000_000_000, 3_471_292_800_000_000_000)
ENTROPY = st.integers(0, 2**32 - 1)


@given(YEARS_2020_TO_2080_NS, ENTROPY)
def test_ids_are_ids(now_ns: int, entropy: int) -> None:
    """Ten characters that anything may carry."""
    assert is_session_id(new_session_id(now_ns, entropy))


@given(st.lists(st.tuples(YEARS_2020_TO_2080_NS, ENTROPY), min_size=2, max_size=20))
def test_ids_ascend_whatever_the_clock_does(moments: list[tuple[int, int]]) -> None:
    """Each follows the one before, however far the clock has been set, ahead or back."""
    ids = [""]
    for now_ns, entropy in moments:
        ids.append(following_session_id(ids[-1], now_ns, entropy))

    assert all(map(is_session_id, ids[1:]))
    assert all(one < other for one, other in itertools.pairwise(ids))


def test_an_id_that_follows_tells_its_time_if_it_can() -> None:
    """Only where the clock does not let it, it is a second after the one before."""
    previous = new_session_id(NOW_NS, 36**4 - 1)

    assert following_session_id(previous, NOW_NS + DAY_NS, 7) == new_session_id(NOW_NS + DAY_NS, 7)
    assert following_session_id(previous, NOW_NS - DAY_NS, 7) == new_session_id(
        NOW_NS + 1_000_000_000, 7
    )
