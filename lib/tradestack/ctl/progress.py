"""The progress of reading files, in percent, on stderr: in place, or a line for every tenth."""

import contextlib
import sys
from collections.abc import Callable, Iterator

TENTHS_FROM_BYTES = 64 << 20  # smaller files are done before anybody asks


class Progress:
    """The progress of one file of `size_bytes`."""

    def __init__(self, name: str, size_bytes: int) -> None:
        self._name = name
        self._in_place = sys.stderr.isatty()
        self._step = 1 if self._in_place else 10
        self._is_shown = self._in_place or size_bytes >= TENTHS_FROM_BYTES
        self._shown = 0

    def show(self, share: float) -> None:
        """Show a share of the work, 0 to 1, if it is worth it."""
        percent = int(share * 100)
        if not self._is_shown or percent < self._shown + self._step:
            return
        self._shown = percent - percent % self._step
        text = f"{self._name}: {self._shown} %"
        sys.stderr.write(f"\r{text}" if self._in_place else f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Remove what is shown in place."""
        if self._in_place and self._shown:
            sys.stderr.write("\r" + " " * (len(self._name) + 8) + "\r")


@contextlib.contextmanager
def watch(name: str, size_bytes: int) -> Iterator[Callable[[float], None]]:
    """Yield the function to call with the share of one file that is done."""
    progress = Progress(name, size_bytes)
    try:
        yield progress.show
    finally:
        progress.end()
