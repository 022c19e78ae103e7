"""The trading state of the probe's user: set as an operator does, and what was acknowledged holds.

Nobody but the probe is concerned: its orders are compared with its acknowledgments, not with the
undisturbed session.
"""

import asyncio
import contextlib

from tests.faults.launch import PROBE
from tests.faults.repetition import Repetition
from tests.faults.stack import ORDER_MANAGER
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import VarlinkError

ACTIVE = "ACTIVE"
STATES = (ACTIVE, "REDUCING", "HALTED")
POLL_S = 0.05


class TradingStates:
    """Sets states, and compares them later with what the order manager has acknowledged."""

    def __init__(self, repetition: Repetition) -> None:
        self._stack = repetition.stack
        self._gathering = repetition.gathering
        self._possible = set(STATES)  # the acknowledged one, and what was asked for since
        self._sessions_cut = 0

    async def begin(self) -> None:
        """Let the probe trade: an earlier attack may have left it halted."""
        await self.compare()
        if self._possible != {ACTIVE}:
            await self.set(ACTIVE)

    async def set(self, state: str) -> None:
        """Set a state; without an acknowledgment it may hold or not."""
        change = {"state": state, "user": PROBE, "reason": "an attack"}
        self._note_cuts()
        self._possible.add(state)
        with contextlib.suppress(ControlFault, VarlinkError):
            await self._stack.call(
                ORDER_MANAGER, "io.tradestack.OrderManager.SetTradingState", change
            )
            self._possible = {state}

    async def compare(self) -> bool:
        """Compare the state with what is possible; return whether the order manager has told it."""
        with contextlib.suppress(ControlFault, VarlinkError):
            method = "io.tradestack.OrderManager.GetLimits"
            states = (await self._stack.call(ORDER_MANAGER, method))["states"]
            found = {each["user"]: each["state"] for each in states}.get(PROBE, ACTIVE)
            self._note_cuts()
            if self._possible != set(STATES):
                self._gathering.note_state(found, self._possible)
            self._possible = {found}
            return True
        return False

    async def compare_at_last(self) -> None:
        """Compare as soon as the order manager tells the state."""
        while not await self.compare() and not self._stack.has_ended:
            await asyncio.sleep(POLL_S)

    def _note_cuts(self) -> None:
        """Let each state be possible if what was acknowledged may be lost with a power cut."""
        cut = len(self._gathering.may_lack_their_ends)
        if cut > self._sessions_cut:
            self._sessions_cut, self._possible = cut, set(STATES)
