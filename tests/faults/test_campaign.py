"""A small campaign of `tests/faults/run`: each kind of event that does not take long, and more."""

import subprocess
import sys

from tests.faults.attack.schedule import Kind

EVENTS = 14
LONG = {Kind.SILENCE, Kind.WATCHDOG}


def test_nothing_is_lost_and_nothing_happens_twice() -> None:
    """Feed, subscribers, orders, reports and order log are what is promised after each event."""
    kinds = ",".join(kind.value for kind in Kind if kind not in LONG)

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.campaign", "--events", str(EVENTS), "--kinds", kinds],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )

    assert done.returncode == 0, done.stdout
