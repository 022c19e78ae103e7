"""A daemon that is restarted when it dies, as systemd does by `Restart=`.

    start ─► READY=1 ─► death ─► wait 0.1 s ─► start
      └──────── death ─────────► wait 0.5 s ─► start

The listening sockets stay open in `up` in the meantime: connections queue, and none is refused. As
under systemd, a daemon that exits with status 78, a fault of the operator's, is not started again.
Nor is one that keeps dying, fifty times within a minute or before it is ready: with `up`, somebody
waits for the result. A death by `kill` is none of these: the daemon is started again in any case.
"""

import asyncio
import contextlib
import enum
import signal
from collections import deque
from collections.abc import Callable

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.child_process import ChildCommand, ChildDied, ChildProcess

DEATHS_MAX = 50  # more within the interval, or in a row before READY=1, do not get better
DEATHS_INTERVAL_S = 60.0
RESPAWN_DELAY_S = 0.1  # after the death of a daemon that was ready
KEEPS_DYING_S = 10.0  # two deaths within this time are no accident
RESTART_DELAY_S = 0.5  # after the death of one that was not; as RestartSec= in the units

OnLine = Callable[[str, str], None]
OnDeath = Callable[[ChildDied], None]  # after which the daemon is started again


class AfterDeath(enum.Enum):
    """What happens when a daemon dies."""

    END = "end"
    RESPAWN = "respawn"


class Supervised:
    """A daemon and its current process. It starts at once; a task has to run `watch`."""

    def __init__(
        self, command: ChildCommand, on_line: OnLine, on_death: OnDeath, after_death: AfterDeath
    ) -> None:
        self.child = ChildProcess(command, on_line)
        self.respawns = 0
        self.last_death: ChildDied | None = None
        self.is_ready = asyncio.Event()
        self._deaths_unready = 0  # since it was ready the last time
        self._deaths_s: deque[float] = deque(maxlen=DEATHS_MAX)
        self._command = command
        self._on_line = on_line
        self._on_death = on_death
        self._after_death = after_death
        self._is_killed = False  # by `kill`; not started again yet

    def kill(self) -> None:
        """Kill the process by SIGKILL; another one is started instead."""
        self._is_killed = True
        self.is_ready.clear()
        self.child.send_signal(signal.SIGKILL)

    async def watch(self) -> ChildDied:
        """Start the daemon again whenever it dies; return the death after which it is not."""
        while True:
            with contextlib.suppress(ChildDied):
                await self.child.wait_ready()
                self.is_ready.set()
                await asyncio.wait({self.child.exited})
            was_late = not self.child.exited.done()
            self.child.send_signal(signal.SIGKILL)  # if it was not ready in time
            await asyncio.wait({self.child.exited})
            death = self.child.death()
            self._is_killed &= death.exit_code == -signal.SIGKILL  # else it was dying already
            if was_late:
                death = ChildDied(f"{self.child.name} was not ready in time", None)
            delay_s = self._note(death)
            if not self._is_to_respawn(death):
                return death
            if not self._is_killed and self._is_at_limit():
                return ChildDied(f"{death}; it keeps dying, giving up", death.exit_code)
            self._on_death(death)
            await asyncio.sleep(delay_s)
            self._is_killed = False
            self.child = ChildProcess(self._command, self._on_line)
            self.respawns += 1

    @property
    def keeps_dying(self) -> bool:
        """Whether it is dead, and died a short time before, too."""
        if self.is_ready.is_set() or len(self._deaths_s) <= 1:
            return False
        return self._deaths_s[-1] - self._deaths_s[-2] < KEEPS_DYING_S

    def _note(self, death: ChildDied) -> float:
        """Note the death; return the delay before the next start."""
        self.last_death = death
        was_ready = self.is_ready.is_set()
        self.is_ready.clear()
        if self._is_killed:
            return RESPAWN_DELAY_S
        self._deaths_s.append(asyncio.get_running_loop().time())
        self._deaths_unready = 0 if was_ready else self._deaths_unready + 1
        return RESPAWN_DELAY_S if was_ready else RESTART_DELAY_S

    def _is_at_limit(self) -> bool:
        if self._deaths_unready >= DEATHS_MAX:
            return True
        return (
            len(self._deaths_s) == DEATHS_MAX
            and self._deaths_s[-1] - self._deaths_s[0] <= DEATHS_INTERVAL_S
        )

    def _is_to_respawn(self, death: ChildDied) -> bool:
        return self._is_killed or (
            self._after_death is AfterDeath.RESPAWN and death.exit_code != ExitStatus.OPERATOR_FAULT
        )
