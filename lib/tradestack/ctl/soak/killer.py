"""The killer of a strategy's process: it kills as planned, each time after a restart."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tradestack.ctl.soak.kill_plan import PlannedKill
from tradestack.ctl.up.stack import Stack
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.domain.clock import Clock
from tradestack.wire.feed import TICK_PACKET_LENGTH

_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Kill:
    """A kill that was done: the newest message then, and the wall clock."""

    message: int
    time_ns: int


class Killer:
    """Kills the strategy of this instance; kills: what was done, in order.

    on_kill: is told how many that are.
    """

    def __init__(
        self,
        instance: str,
        plan: Sequence[PlannedKill],
        clock: Clock,
        on_kill: Callable[[int], None],
    ) -> None:
        self.kills: list[Kill] = []
        self._instance = instance
        self._plan = plan
        self._clock = clock
        self._on_kill = on_kill

    async def disturb(self, stack: Stack, files: StackFiles) -> None:
        """Do all kills of the plan; return when the last process is ready."""
        daemon = stack.strategy(self._instance)
        for planned in self._plan:
            await daemon.is_ready.wait()
            await asyncio.sleep(planned.alive_s)
            while (message := _head(files)) < planned.message:
                await asyncio.sleep(_POLL_S)
            daemon.kill()
            self.kills.append(Kill(message, self._clock.wall_ns()))
            self._on_kill(len(self.kills))
        await daemon.is_ready.wait()


def _head(files: StackFiles) -> int:
    """Return the number of the newest message of the newest feed session."""
    logs = files.feed_logs
    return logs[-1].stat().st_size // TICK_PACKET_LENGTH if logs else 0
