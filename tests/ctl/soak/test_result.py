"""What people and programs are told of a soak."""

import pytest

from tradestack.ctl.soak.killer import Kill
from tradestack.ctl.soak.result import SoakResult
from tradestack.trading.verification.conduct import Conduct

MESSAGES = 1_000


def result_of(*kill_messages: int) -> SoakResult:
    """Return the result of a soak without a difference."""
    return SoakResult(
        strategy="news",
        seed=7,
        kills=[Kill(message, 0) for message in kill_messages],
        messages=MESSAGES,
        pace="500/s",
        undisturbed=Conduct("news", ""),
        difference=None,
        warnings=["a row was left out"],
        accounts={},
    )


@pytest.mark.parametrize(
    ("kill_messages", "at_end"),
    [((), 0), ((5, 999), 0), ((5, 1_000), 1), ((5, 1_000, 1_000), 2), ((1_000,) * 3, 3)],
)
def test_kills_that_came_too_late_are_told(kill_messages: tuple[int, ...], at_end: int) -> None:
    """One may fall on the end; of more the host was too slow, and the pace is to be slower."""
    result = result_of(*kill_messages)

    assert result.as_dict()["kills_at_end"] == result.kills_at_end == at_end
    assert ("give a slower --pace" in result.text) == (at_end > 1)
    assert f"{at_end} of the kills came after the last message" in result.text or at_end <= 1
    assert max(map(len, result.text.splitlines())) <= 80
    assert result.text.endswith("  warning: a row was left out\n")
