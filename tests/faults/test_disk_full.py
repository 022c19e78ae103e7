"""Files of gateway and order manager that cannot grow while orders are in flight.

The limit is RLIMIT_FSIZE of the running process: a write beyond it fails or is short, as on a full
disk, and another process may lift it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import Evidence
from tests.faults.disk import limited_file
from tests.faults.repetition import Repetition
from tests.faults.stack import GATEWAY, ORDER_MANAGER

ROOM_BYTES = 20_001  # no multiple of a packet or a line: the write at the limit is torn
POLL_S = 0.01
ROUNDS = 3


async def fill_disk(
    repetition: Repetition,
    daemon: str,
    grown: Path,
    is_blocked: Callable[[dict[str, object]], bool],
) -> None:
    """Let the file reach a limit, wait until the daemon reports it, and lift the limit."""
    stack = repetition.stack
    pid = stack.pids()[daemon]
    limit = grown.stat().st_size + ROOM_BYTES
    with limited_file(pid, limit):
        while not is_blocked(await stack.stats_of(daemon)):
            await asyncio.sleep(POLL_S)
        assert grown.stat().st_size <= limit
    while is_blocked(await stack.stats_of(daemon)):
        await asyncio.sleep(POLL_S)


async def fill_disk_of_gateway(repetition: Repetition) -> None:
    """Limit the feed log."""
    state = repetition.directory / "state" / GATEWAY
    for _ in range(ROUNDS):
        await fill_disk(
            repetition,
            GATEWAY,
            state / f"{repetition.session}.feed",
            lambda stats: stats["publication_blocked"] is not None,
        )


async def fill_disk_of_order_manager(repetition: Repetition) -> None:
    """Limit the journal, which is longer than the order log."""
    (journal,) = (repetition.directory / "state" / ORDER_MANAGER).glob("*.journal")
    for _ in range(ROUNDS):
        await fill_disk(
            repetition, ORDER_MANAGER, journal, lambda stats: stats["journal_fault"] is not None
        )


@pytest.mark.parametrize("attack", [fill_disk_of_gateway, fill_disk_of_order_manager])
def test_full_disk_loses_nothing(
    attack: Callable[[Repetition], Awaitable[None]], undisturbed: Evidence, repetition: Repetition
) -> None:
    """What does not fit is neither sent nor acknowledged; it is done when there is room."""
    evidence = asyncio.run(repetition.run(attack))

    assert differences(undisturbed, evidence) == []
    assert not any(repetition.result["respawns"].values())
