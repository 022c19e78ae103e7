"""The end of a command by Ctrl-C, also while its modules are being imported."""

import contextlib
import sys
from collections.abc import Iterator

EXIT_STATUS_INTERRUPTED = 130  # 128 + SIGINT, as shells report it


@contextlib.contextmanager
def end_at_interrupt() -> Iterator[None]:
    """Exit with status 130, and without a traceback, at Ctrl-C."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(EXIT_STATUS_INTERRUPTED)
