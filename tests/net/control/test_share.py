"""How much a piece of work at a control socket counts."""

import pytest

from tradestack.net.control.share import WORK, counted_us

CLIENT_TIMEOUT_S = 10


@pytest.mark.parametrize(
    ("elapsed_us", "counted"),
    [
        (1, 1),
        (200, 200),
        (1_000, 5_000),
        (10_000, 100_000),
        (40_000, 200_000),
        (150_000, 200_000),
        (300_000, 300_000),
    ],
)
def test_a_long_piece_counts_several_times_up_to_a_limit(elapsed_us: int, counted: int) -> None:
    """One of 40 ms kept others out for four seconds, one of 100 ms for as long as they wait."""
    assert counted_us(elapsed_us) == counted


def test_a_piece_keeps_nobody_out_until_clients_give_up() -> None:
    """Unless it takes a second itself."""
    assert max(map(counted_us, range(500_000))) < CLIENT_TIMEOUT_S * WORK.per_second
