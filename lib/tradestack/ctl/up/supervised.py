"""A daemon that is started again when it dies: what `Restart=` does for a service, for `up`.

    start ─► READY=1 ─► death ─► wait 0.1 s, 0.2 s, … 5 s ─► start      READY=1 makes the next
      └──────── death ───────────▲                                      wait short again

The listening sockets stay open in `up` in the meantime: connections queue, and none is refused. As
under systemd, a daemon that exits with status 78, a fault of the operator's, is not started again.
"""

import asyncio
import contextlib
import enum
import signal
from collections.abc import Callable

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.child_process import ChildCommand, ChildDied, ChildProcess
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.net.client.backoff import Backoff

OnLine = Callable[[str, str], None]


class AfterDeath(enum.Enum):
    """What happens when a daemon dies."""

    END = "end"
    RESPAWN = "respawn"


class Supervised:
    """A daemon and its current process. It starts at once; a task has to run `watch`."""

    def __init__(self, command: ChildCommand, on_line: OnLine, after_death: AfterDeath) -> None:
        self.child = ChildProcess(command, on_line)
        self.respawns = 0
        self.is_ready = asyncio.Event()
        self._command = command
        self._on_line = on_line
        self._after_death = after_death

    async def watch(self) -> ChildDied:
        """Start the daemon again whenever it dies; return the death after which it is not."""
        backoff = Backoff()
        while True:
            with contextlib.suppress(ChildDied):
                await self.child.wait_ready()
                self.is_ready.set()
                backoff.reset()
                await asyncio.wait({self.child.exited})
            was_late = not self.child.exited.done()
            self.child.send_signal(signal.SIGKILL)  # if it was not ready in time
            await asyncio.wait({self.child.exited})
            self.is_ready.clear()
            death = self.child.death()
            if was_late:
                death = ChildDied(f"{self.child.name} was not ready in time", None)
            if not self._is_to_respawn(death):
                return death
            self._on_line("up", f"{death}; starting it again")
            await asyncio.sleep(backoff.next_delay_ns() / NANOSECONDS_PER_SECOND)
            self.child = ChildProcess(self._command, self._on_line)
            self.respawns += 1

    def _is_to_respawn(self, death: ChildDied) -> bool:
        return (
            self._after_death is AfterDeath.RESPAWN and death.exit_code != ExitStatus.OPERATOR_FAULT
        )
