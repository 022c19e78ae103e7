"""How far many runs are, and how long the rest of them will take."""

import io

import pytest

from tests.kit.clock import FakeClock
from tradestack.ctl.sweep.shown import ShownRuns, run_parts
from tradestack.ctl.up.display.screen import Screen


@pytest.mark.parametrize(
    ("done", "failed", "parts"),
    [
        (1, 0, ["1 of 40 runs, 6 min 30 s left"]),
        (10, 2, ["10 of 40 runs, 30 s left", "2 failed"]),
        (40, 1, ["40 of 40 runs", "1 failed"]),
    ],
)
def test_the_time_left_is_estimated(done: int, failed: int, parts: list[str]) -> None:
    """From the runs that ten seconds had."""
    assert run_parts("run", done, 40, failed, 10.0) == parts


def test_a_log_has_a_line_for_every_tenth() -> None:
    """However many runs there are."""
    stream = io.StringIO()
    shown = ShownRuns(Screen(stream), FakeClock(), "fit", 40)

    for number in range(40):
        shown.add(failed=number == 5)

    lines = stream.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0].startswith("4 of 40 fits")
    assert lines[-1] == "40 of 40 fits | 1 failed"
