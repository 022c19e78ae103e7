"""LineLimit: how many log lines an origin causes, and what is said about the others."""

import logging

import pytest

from tests.kit.clock import FakeClock
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.line_limit import LINES, ORIGINS_MAX, REPORT_INTERVAL_NS, LineLimit
from tradestack.observe.events import CLIENT_LEFT

logger = logging.getLogger(__name__)


@pytest.fixture
def clock() -> FakeClock:
    """Provide a clock that the tests move."""
    return FakeClock()


def test_each_origin_has_lines_of_its_own(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """One that has used them up takes none from another; later it has some again."""
    caplog.set_level(logging.INFO)
    lines = LineLimit(clock)

    for _ in range(LINES.burst + 5):
        lines.emit(logger, CLIENT_LEFT, origin="news", user="news")
    lines.emit(logger, CLIENT_LEFT, origin="banks", user="banks")
    clock.now_ns += NANOSECONDS_PER_SECOND // LINES.per_second
    lines.emit(logger, CLIENT_LEFT, origin="news", user="news")

    texts = [text.split()[-1] for text in caplog.messages]
    assert texts == ["user=news"] * LINES.burst + ["user=banks", "user=news"]
    assert lines.suppressed_total == 5


def test_suppressed_lines_are_counted_once_a_minute(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """With its number since the last time, and only if there is any."""
    lines = LineLimit(clock)
    for _ in range(3):
        lines.report()
    for _ in range(2):
        for _ in range(LINES.burst + 7):
            lines.take("")
        lines.report()
    clock.now_ns += REPORT_INTERVAL_NS
    lines.report()
    lines.report()

    numbers = [text.rpartition("=")[2] for text in caplog.messages]
    assert numbers == ["7", f"{LINES.burst + 7}"]


def test_memory_is_bounded(clock: FakeClock) -> None:
    """Beyond the limit, the origin that came first begins again."""
    lines = LineLimit(clock)

    for number in range(ORIGINS_MAX + 10):
        lines.take(f"user{number}")

    assert len(lines._allowances) == ORIGINS_MAX
