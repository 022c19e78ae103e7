"""The last lines of an order log, and what they reveal."""

import glob
import os
from pathlib import Path

from tradestack.store.named_file import open_named_file
from tradestack_order_manager.sessions.log_end import LogEnd, newest
from tradestack_order_manager.show.execution_line import last_report
from tradestack_order_manager.show.order_line import last_order_id

# The last numbers are looked for in this part of a file; a line has some 200 bytes.
TAIL_BYTES_MAX = 65_536


def read_log_end(path: Path) -> LogEnd:
    """Return what the log and the files that it was rotated to end with.

    While no order manager runs, nobody journals where a rotated file ends. logrotate compresses a
    file only when the next one is rotated, so the newest can be read. Raises OSError.
    """
    ends = []
    for file in path.parent.glob(f"{glob.escape(path.name)}*"):
        if file.is_file() and os.access(file, os.R_OK):
            with open_named_file(file) as log:
                _, tail = read_tail(log.fileno())
            lines = whole_lines(tail)
            ends.append(LogEnd(last_order_id(lines) or 0, *last_report(lines)))
    return newest(ends)


def read_tail(descriptor: int) -> tuple[int, bytes]:
    """Return the size of a log, and its last TAIL_BYTES_MAX bytes; raise OSError."""
    size_bytes = os.fstat(descriptor).st_size
    begin = max(0, size_bytes - TAIL_BYTES_MAX)
    return size_bytes, os.pread(descriptor, size_bytes - begin, begin)


def whole_lines(tail: bytes) -> bytes:
    """Return the bytes up to the last newline; blocks that a power cut left empty have none."""
    whole = tail.rstrip(b"\0")
    return whole[: whole.rfind(b"\n") + 1]
