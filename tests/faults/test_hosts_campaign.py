"""A small campaign of `tests/faults/run --replicated`: what may happen to four hosts, each once."""

import os
import subprocess
import sys

from tests.faults.hosts.schedule import Kind
from tests.kit.prerequisites import do_without, need_own_network
from tests.kit.small_disk import needs_small_disk

KINDS = (
    Kind.KILL,
    Kind.CUT,
    Kind.KILL_LEADER,
    Kind.KILL_PRIMARY,
    Kind.FULL_DISK,
    Kind.TAKEOVER,
    Kind.NEW_FEED_SESSION,
)
PRICES = 1_500


@needs_small_disk
def test_several_hosts_have_one_feed_and_one_journal() -> None:
    """No order is lost or taken twice, and never two order managers answer."""
    if os.geteuid() != 0:
        do_without("only root can make network namespaces")
    need_own_network()
    kinds = ",".join(kind.value for kind in KINDS)
    command = [sys.executable, "-m", "tests.faults.hosts.campaign", "--rows", str(PRICES)]

    done = subprocess.run(
        [*command, "--events", str(len(KINDS)), "--kinds", kinds],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )

    assert done.returncode == 0, done.stdout
