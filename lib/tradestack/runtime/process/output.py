"""Standard output that cannot be written, that nothing reads any more, or that is reserved."""

import contextlib
import os
import sys
from collections.abc import Iterator

STDOUT, STDERR = 1, 2


class OutputFault(OSError):
    """Standard output does not take what is written to it: a full disk, for instance."""


def discard_output(*streams: int) -> None:
    """Discard all further and all buffered output to these descriptors.

    Otherwise the interpreter would try again at its end, complain and change the exit status.
    """
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(null, stream)
    os.close(null)


@contextlib.contextmanager
def stdout_on_stderr() -> Iterator[None]:
    """Send what is written to stdout meanwhile to stderr, also by processes that are started.

    What runs may print whatever it likes; the result of a command comes afterwards.
    """
    sys.stdout.flush()
    kept = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)
    try:
        # Prints are not left in the buffer of stdout: if stderr takes nothing, they would precede
        # the result.
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, STDOUT)
        os.close(kept)


def close_result() -> None:
    """End what belongs to the result: code of a strategy may print at the end of the process."""
    with contextlib.suppress(OSError):  # a command that could write its result has flushed it
        sys.stdout.flush()
    os.dup2(STDERR, STDOUT)
