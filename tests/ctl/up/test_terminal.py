"""`tradestackctl up` on a terminal of 80 columns."""

import re
import signal
from pathlib import Path

import pytest

from tests.kit.stack import TRADESTACKCTL
from tests.kit.terminal import Terminal

COLUMNS = 80


def test_nothing_wraps_and_the_end_is_seen(files: tuple[str, ...]) -> None:
    """Every row fits, except for a path that is longer; the summary is whole."""
    command = [TRADESTACKCTL, "up", *files, "--pace", "20/s", "--until-end"]

    with Terminal(command, columns=COLUMNS) as terminal:
        assert terminal.end() == 0

    too_long = [line for line in terminal.lines if len(line) >= COLUMNS]
    assert [line for line in too_long if " " in line.strip().removesuffix(" \\")] == []
    assert any(re.match(r"  news, order to report: .* \(p99\)$", line) for line in terminal.lines)
    assert any(re.match(r"\d+ %, \d+ s left \| \d+ ticks/s \| ", line) for line in terminal.lines)


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_sides_have_colours_where_they_are_wanted(
    files: tuple[str, ...], environment: dict[str, str]
) -> None:
    """$NO_COLOR and a terminal that has none are respected."""
    command = [TRADESTACKCTL, "up", *files, "--pace", "max", "--until-end"]

    with Terminal(command, environment=environment) as terminal:
        terminal.end()

    assert ("\x1b[32mBUY\x1b[0m 10 AAA" in terminal.shown) is (not environment)


def test_a_gap_of_the_data_is_explained(tmp_path: Path) -> None:
    """The state says how long nothing comes, and why."""
    prices = tmp_path / "prices.csv"
    prices.write_text(
        "timestamp,symbol,price\n2026-01-05T14:30:00Z,AAA,1\n2026-01-08T07:30:00Z,AAA,1\n"
    )

    with Terminal([TRADESTACKCTL, "up", "--prices", str(prices), "--pace", "1x"]) as terminal:
        terminal.wait_for("s (gap of 2 d 17 h cut to 1 min) | ")
        terminal.process.send_signal(signal.SIGINT)
        status = terminal.end()

    assert status == 0
    assert any(line.startswith("50 %") for line in terminal.lines)
