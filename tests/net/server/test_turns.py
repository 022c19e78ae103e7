"""Turns: in which order, and in which pass of the loop, the packets of connections are handled."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from tradestack.net.server.limits import SessionLimits
from tradestack.net.server.turns import Turns


@dataclass
class Server:
    """The owner of turns."""

    limits: SessionLimits


@dataclass(eq=False)
class Sender:
    """A connection with packets to handle, which notes each turn in a common list."""

    name: str
    packets: int
    turns: Turns
    taken: list[tuple[str, int]]

    def take_turn(self, packets_max: int) -> int:
        """Handle packets; wait for another turn if more are left."""
        count = min(self.packets, packets_max)
        self.packets -= count
        self.taken.append((self.name, count))
        if self.packets:
            self.turns.queue(self)
        return count


@pytest.fixture
def taken() -> list[tuple[str, int]]:
    """Provide the list of turns: who, and how many packets."""
    return []


def turns_of(**limits: Any) -> Turns:
    """Make the turns of a server with these limits."""
    return Turns(Server(SessionLimits(**limits)))


async def test_a_connection_is_served_at_once_while_the_pass_has_packets_left(
    taken: list[tuple[str, int]],
) -> None:
    """The second one gets what the first has left; the third waits for the next pass."""
    turns = turns_of(turn_packets_max=10, pass_packets_max=10)
    senders = [Sender(name, count, turns, taken) for name, count in [("a", 4), ("b", 6), ("c", 1)]]

    for sender in senders:
        turns.readable(sender)
    in_the_first_pass = list(taken)
    await asyncio.sleep(0)

    assert in_the_first_pass == [("a", 4), ("b", 6)]
    assert taken[2:] == [("c", 1)]


async def test_the_rest_of_a_flood_waits_for_its_turns(taken: list[tuple[str, int]]) -> None:
    """One that comes later is served before all of it."""
    turns = turns_of(turn_packets_max=10, pass_packets_max=10)
    flood, quiet = Sender("flood", 95, turns, taken), Sender("quiet", 1, turns, taken)

    turns.readable(flood)
    await asyncio.sleep(0)
    turns.readable(quiet)
    while flood.packets:
        await asyncio.sleep(0)

    assert ("quiet", 1) in taken[:4]


async def test_the_more_wait_the_shorter_are_their_turns(taken: list[tuple[str, int]]) -> None:
    """A pass has something for each of them, and no more packets than its budget."""
    turns = turns_of(turn_packets_max=64, pass_packets_max=64)
    for number in range(16):
        turns.queue(Sender(f"{number}", 1_000, turns, taken))

    await asyncio.sleep(0)

    assert taken == [(f"{number}", 4) for number in range(16)]


async def test_of_very_many_all_have_their_turn_before_anyone_has_a_second(
    taken: list[tuple[str, int]],
) -> None:
    """Those for whom a pass had nothing left are the first in the next one."""
    turns = turns_of(turn_packets_max=64, pass_packets_max=64)
    for number in range(200):
        turns.queue(Sender(f"{number}", 1_000, turns, taken))

    while len(taken) < 400:
        await asyncio.sleep(0)

    assert [name for name, _ in taken[:200]] == [f"{number}" for number in range(200)]
    assert [name for name, _ in taken[200:400]] == [f"{number}" for number in range(200)]


async def test_a_connection_that_was_removed_has_no_turn(taken: list[tuple[str, int]]) -> None:
    """It was closed while it waited."""
    turns = turns_of()
    closed, other = Sender("closed", 1, turns, taken), Sender("other", 1, turns, taken)
    turns.queue(closed)
    turns.queue(other)

    turns.remove(closed)
    await asyncio.sleep(0)

    assert taken == [("other", 1)]
