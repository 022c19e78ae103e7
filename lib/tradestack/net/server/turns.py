"""The turns in which connections are read, so that none of them delays another.

A connection whose socket has bytes is served at once while the pass of the loop has packets left.
What it sends beyond its turn, and connections for which nothing was left, wait in a queue, which is
served in the next pass before anybody new. So whatever clients send, and however many they are, a
pass handles `pass_packets_max` packets for the queue and as many for the others. The more
connections wait, the shorter are their turns: one with a single message is not behind long ones.
"""

import asyncio
from typing import Protocol

from tradestack.net.server.limits import SessionLimits


class Reader(Protocol):
    """The receiving half of a connection."""

    def take_turn(self, packets_max: int) -> int:
        """Handle up to `packets_max` packets; return how many it has cost."""
        ...


class TurnsOwner(Protocol):
    """The server whose connections are read."""

    @property
    def limits(self) -> SessionLimits:
        """The limits that hold now."""
        ...


class Turns:
    """The turns of a server's inboxes."""

    def __init__(self, owner: TurnsOwner) -> None:
        self._owner = owner
        self._queue: dict[Reader, None] = {}  # a set that keeps its order
        self._left = 0  # packets that this pass may still handle
        self._is_pass_due = False

    def readable(self, reader: Reader) -> None:
        """Serve the reader now, or when it is its turn."""
        if reader in self._queue:
            return
        if not self._is_pass_due:
            self._left = self._owner.limits.pass_packets_max
        if self._left > 0:
            self._left -= reader.take_turn(self._turn_packets())
        else:
            self._queue[reader] = None
        # Not before the turn: what a message has called for at the end of the pass comes first.
        if not self._is_pass_due:
            self._is_pass_due = True
            asyncio.get_running_loop().call_soon(self._pass)

    def queue(self, reader: Reader) -> None:
        """Give the reader, which has packets to handle, a turn in the next pass."""
        self._queue[reader] = None
        if not self._is_pass_due:
            self._is_pass_due = True
            asyncio.get_running_loop().call_soon(self._pass)

    def remove(self, reader: Reader) -> None:
        """Serve the reader no longer."""
        self._queue.pop(reader, None)

    def _pass(self) -> None:
        """Serve the queue, and let the next pass begin."""
        left, turn_packets = self._owner.limits.pass_packets_max, self._turn_packets()
        for reader in tuple(self._queue):
            if left <= 0:
                break
            if reader in self._queue:  # it may have been closed in this pass
                del self._queue[reader]
                left -= reader.take_turn(turn_packets)
        self._left = self._owner.limits.pass_packets_max
        self._is_pass_due = bool(self._queue)
        if self._is_pass_due:
            asyncio.get_running_loop().call_soon(self._pass)

    def _turn_packets(self) -> int:
        """Return how many packets a connection may have handled before the next one's turn."""
        limits = self._owner.limits
        if not self._queue:
            return limits.turn_packets_max
        return min(limits.turn_packets_max, max(1, limits.pass_packets_max // len(self._queue)))
