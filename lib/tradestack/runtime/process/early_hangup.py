"""SIGHUP before the event loop handles it: by default it would end the process."""

import signal
from types import FrameType


class EarlyHangup:
    """Notes a SIGHUP from now on, until the event loop takes the signal over."""

    def __init__(self) -> None:
        self.came = False
        signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True
