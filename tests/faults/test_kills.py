"""A small campaign of `tests/faults/run`: thirty random kills and armed fail points."""

import asyncio
import secrets
from pathlib import Path

from tests.faults.campaign import Campaign

KILLS = 30


def test_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    """Feed, subscribers, orders, reports and order log equal those of an undisturbed session."""
    seed = secrets.randbelow(10**6)
    campaign = Campaign(tmp_path, seed, KILLS)

    report = asyncio.run(campaign.run())

    print("\n".join(report))
    assert len(campaign.tally.kills) == KILLS
    assert campaign.tally.differences == [], f"tests/faults/run --kills {KILLS} --seed {seed}"
