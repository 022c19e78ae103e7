"""Fail points: deaths, clock jumps and errors at named places."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.clock import SystemClock
from tradestack.runtime.process import fail_points
from tradestack.runtime.process.fail_points import FailPoint, arm, passed

HOUR_NS = 3_600_000_000_000


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    """Leave nothing armed."""
    yield
    fail_points._armed.clear()


def test_process_dies_at_the_nth_pass() -> None:
    """It is killed by SIGKILL, and not before: nothing is flushed."""
    program = (
        "from tradestack.runtime.process.fail_points import *\n"
        "arm('gateway.sent:1 gateway.appended:3')\n"
        "for n in range(5):\n"
        "    print(n, flush=True)\n"
        "    passed(FailPoint.GATEWAY_APPENDED)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (-9, "0\n1\n2\n")


@pytest.mark.parametrize(("jump", "expected_ns"), [("1h", HOUR_NS), ("-1h", -HOUR_NS)])
def test_wall_clock_jumps_once(jump: str, expected_ns: int) -> None:
    """The monotonic clock stays as it is."""
    clock = arm(f"gateway.read:2:{jump}")

    passed(FailPoint.GATEWAY_READ)
    assert abs(clock.wall_ns() - time.time_ns()) < HOUR_NS // 2
    for _ in range(3):
        passed(FailPoint.GATEWAY_READ)

    assert abs(clock.wall_ns() - time.time_ns() - expected_ns) < HOUR_NS // 2
    assert abs(clock.monotonic_ns() - time.monotonic_ns()) < HOUR_NS // 2


def test_errors_are_raised_once() -> None:
    """What follows the place fails with that errno, and the next time it does not."""
    arm("gateway.read:2:EIO")

    passed(FailPoint.GATEWAY_READ)
    with pytest.raises(OSError, match="Input/output error"):
        passed(FailPoint.GATEWAY_READ)
    passed(FailPoint.GATEWAY_READ)


@pytest.mark.parametrize(
    "text", ["gateway.lost:1", "gateway.read", "gateway.read:often", "gateway.read:1:late"]
)
def test_unknown_place_or_count_is_refused(text: str) -> None:
    """A test that armed nothing would prove nothing."""
    with pytest.raises(OperatorFault, match="TRADESTACK_FAIL_POINTS"):
        arm(text)


def test_a_file_is_read_when_a_process_starts(tmp_path: Path) -> None:
    """What was taken out of it is not armed in the next process."""
    file = tmp_path / "entries"
    file.write_text("gateway.read:2:EIO gateway.sent:1:ENOSPC\n")
    arm(f"@{file}")
    with pytest.raises(OSError, match="No space left"):
        passed(FailPoint.GATEWAY_SENT)

    fail_points._armed.clear()
    file.write_text("gateway.read:1:EIO\n")
    arm(f"@{file}")

    passed(FailPoint.GATEWAY_SENT)
    with pytest.raises(OSError, match="Input/output error"):
        passed(FailPoint.GATEWAY_READ)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A test that armed nothing would prove nothing."""
    with pytest.raises(OperatorFault, match="No such file"):
        arm(f"@{tmp_path / 'entries'}")


def test_without_fail_points_the_clock_cannot_jump() -> None:
    """A daemon outside of tests runs with the system's clock."""
    assert type(arm("")) is SystemClock
