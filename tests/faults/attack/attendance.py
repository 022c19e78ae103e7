"""Who follows a feed session to its end, and the next one then, when another one is begun."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tests.faults.launch import STRATEGIES

FOLLOW_MAX_S = 10.0
POLL_S = 0.02
LIVE = "live"

# Name of an instance → its stats, None if it does not answer.
StatsOf = Callable[[str], Awaitable[Mapping[str, Any] | None]]


async def attendance(
    ended: str,
    stats_of: StatsOf,
    processes: Callable[[], object],
    begin_next: Callable[[], Awaitable[None]],
    *,
    follow_max_s: float = FOLLOW_MAX_S,
) -> set[str]:
    """Begin the next feed session; return the users that have followed the ended one to its end.

    A strategy that is live and stays so gets all of the old session, and its orders reports.
    processes: of those who must not change meanwhile; if one does, nobody counts.
    """
    before = processes()
    live = {name for name in STRATEGIES if (await stats_of(name) or {}).get("state") == LIVE}
    await begin_next()
    followers: set[str] = set()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(follow_max_s):
            while followers != live:
                for name in live - followers:
                    if _has_left(await stats_of(name), ended):
                        followers.add(name)
                await asyncio.sleep(POLL_S)
    return {STRATEGIES[name].user for name in followers} if processes() == before else set()


def _has_left(stats: Mapping[str, Any] | None, ended: str) -> bool:
    """Tell whether the strategy is in another session and no order of the old one is left."""
    return stats is not None and stats["session"] != ended and stats["orders_pending"] == 0
