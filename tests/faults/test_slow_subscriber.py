"""Subscribers that are stopped (SIGSTOP) while all others continue.

Messages are counted, no time is measured: the others are at the head while the stopped ones are far
behind, and the gateway buffers nothing for them.
"""

import asyncio
import dataclasses
import signal
import sys
from pathlib import Path

from tests.faults.clients.recorder import read_record
from tests.faults.compare.checker import differences
from tests.faults.launch import Sources
from tests.faults.repetition import Repetition, no_attack
from tests.faults.stack import GATEWAY

STOPPED = 4
PRICES = 300_000  # 19 MB of packets: more than the kernel keeps for a stopped client
STOPPED_FROM = 2_000
BEHIND_MIN = 150_000  # messages, of each stopped subscriber, when the others have everything
# A gateway that buffered the missing packets would need this for one subscriber; there are four.
GROWTH_BYTES_MAX = BEHIND_MIN * 64
POLL_S = 0.05


def many_prices(directory: Path) -> Sources:
    """Write a long session with few orders: prices that rise, and fall once a minute."""
    directory.mkdir()
    with (directory / "prices.csv").open("w") as prices:
        prices.write("timestamp,symbol,price\n")
        for number in range(PRICES):
            price = 100 + number % 60_000 / 1_000
            prices.write(f"{1_700_000_000_000 + number},SPY,{price}\n")
    sentiment = directory / "sentiment.csv"
    sentiment.write_text("timestamp,symbol,sentiment\n1700000000000,SPY,50\n")
    return Sources(prices=directory / "prices.csv", sentiment=sentiment)


def test_stopped_subscribers_delay_nobody_and_miss_nothing(tmp_path: Path) -> None:
    """They lack most of the session when it ends for the others, and receive all of it later."""
    sources = many_prices(tmp_path / "data")
    records = [tmp_path / f"record-{number}" for number in range(STOPPED)]
    facts = {"before": 0, "after": 0, "far_behind": 0}  # the maximum of each

    async def attack(attacked: Repetition) -> None:
        stack = attacked.stack
        password = stack.directory / "credentials" / "dense" / "password"
        arguments = (str(stack.feed), stack.strategies["dense"], str(password))
        recorders = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.clients.recorder", *arguments, str(record)
            )
            for record in records
        ]
        while (await stack.stats_of(GATEWAY))["client_count"] < STOPPED + 4:
            await asyncio.sleep(POLL_S)
        for recorder in recorders:
            recorder.send_signal(signal.SIGSTOP)
        facts["before"] = (await stack.stats_of(GATEWAY))["pss_bytes"]
        await stack.set_pace("max")
        while not attacked.subscribers["fast"].has_ended:
            stats = await stack.stats_of(GATEWAY)
            far_behind = sum(client["lag"] >= BEHIND_MIN for client in stats["clients"])
            facts["after"] = max(facts["after"], stats["pss_bytes"])
            facts["far_behind"] = max(facts["far_behind"], far_behind)
            await asyncio.sleep(POLL_S)
        for recorder in recorders:
            recorder.send_signal(signal.SIGCONT)
        for recorder in recorders:
            assert await recorder.wait() == 0

    async def both() -> list[str]:
        undisturbed = Repetition(tmp_path / "undisturbed", sources, pace="max")
        expected = await undisturbed.run(no_attack)
        attacked = Repetition(tmp_path / "stack", sources, pace=f"{STOPPED_FROM}/s")
        evidence = await attacked.run(attack)
        session = attacked.session
        recorded = {f"stopped {path.name}": {session: read_record(path)} for path in records}
        found = dataclasses.replace(evidence, subscribers={**evidence.subscribers, **recorded})
        return differences(expected, found)

    assert asyncio.run(both()) == []
    assert facts["far_behind"] >= STOPPED  # a strategy may be behind as well
    assert facts["after"] - facts["before"] < GROWTH_BYTES_MAX
