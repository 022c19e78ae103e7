"""The stack is started by a parent that ignores or blocks signals, as nohup does."""

import signal
import subprocess
from collections.abc import Callable

import pytest

from tests.kit.stack import TRADESTACKCTL

DEADLINE_S = 60  # only a hang takes that long


def ignore() -> None:
    """Ignore what can be ignored of the signals that matter here."""
    for number in (signal.SIGCHLD, signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def block() -> None:
    """Block every signal."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


@pytest.mark.parametrize("leave", [ignore, block])
def test_up_ends_with_all_daemons(leave: Callable[[], None]) -> None:
    """It sees the ends of its daemons, and they get its SIGTERM."""
    with subprocess.Popen(
        [TRADESTACKCTL, "up", "--pace", "max", "--duration", "1s"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=leave,
        start_new_session=True,
    ) as process:
        try:
            _, errors = process.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise

    assert process.returncode == 0, errors
