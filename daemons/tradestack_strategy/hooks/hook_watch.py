"""The watch over hooks: one that blocks the event loop for too long is interrupted.

SIGALRM comes when the loop has not turned for `hook_max`. If a hook is being run, and for the same
message as at the time before, it is ended by an exception, which pauses the strategy; so is a
coroutine in the background that does not await. So each runs for twice `hook_max` at most. Code in
C that does not come back to the interpreter is not interrupted: the watchdog of systemd ends the
process, after faulthandler has written where it is.
"""

import asyncio
import faulthandler
import signal
from collections.abc import Callable
from types import FrameType

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.trading.desk import strategy_object
from tradestack.trading.desk.strategy_object import HookTookTooLong
from tradestack_strategy.hooks.background_work import BackgroundWork

# Turns of the loop that are noted in the time that a hook may take.
_TURNS = 4
# Times hook_max: longer than that a hook runs in C alone.
_STACK_AFTER = 2


class HookWatch:
    """Watches the hooks of a strategy. sequence_handled: returns the message of the hook now."""

    def __init__(self, hook_max_ns: int, sequence_handled: Callable[[], int | None]) -> None:
        self.hook_max_ns = hook_max_ns
        self._sequence_handled = sequence_handled
        self._before: object = None  # what ran at the alarm before, None: the loop has turned since
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch from now on."""
        signal.signal(signal.SIGALRM, self._alarm)
        self._turn()

    def stop(self) -> None:
        """Watch no more."""
        if self._timer is not None:
            self._timer.cancel()
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()

    def _turn(self) -> None:
        hook_max_s = self.hook_max_ns / NANOSECONDS_PER_SECOND
        self._before = None
        signal.setitimer(signal.ITIMER_REAL, hook_max_s, hook_max_s)
        faulthandler.dump_traceback_later(_STACK_AFTER * hook_max_s + 1)
        self._timer = asyncio.get_running_loop().call_later(hook_max_s / _TURNS, self._turn)

    def _alarm(self, _number: int, frame: FrameType | None) -> None:
        before, self._before = self._before, self._running(frame)
        if self._before is not None and self._before == before:
            hook_max_s = self.hook_max_ns / NANOSECONDS_PER_SECOND
            raise HookTookTooLong(f"it has run for longer than hook_max, {hook_max_s:g} s")

    def _running(self, frame: FrameType | None) -> object:
        """Return what of the strategy runs: a hook for a message, or a coroutine; None: nothing."""
        while frame is not None:
            if frame.f_code.co_filename == strategy_object.__file__:
                return "hook", self._sequence_handled()
            if frame.f_code is BackgroundWork.run_one.__code__:
                return frame
            frame = frame.f_back
        return None
