"""Ctrl-C during a backtest: the first one ends it early, a second one aborts it."""

import signal
from types import FrameType, TracebackType
from typing import Self


class Interruption:
    """While it is entered, SIGINT is only noted. is_asked: whether one came.

    In another thread than the main one, and where the caller has set a handler of its own, signals
    stay what they are.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self._is_ours = False

    def __enter__(self) -> Self:
        """Note SIGINT from now on."""
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            try:
                signal.signal(signal.SIGINT, self._note)
                self._is_ours = True
            except ValueError:  # only the main thread may
                self._is_ours = False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let SIGINT raise KeyboardInterrupt again."""
        if self._is_ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.is_asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
