"""Files that an operator names: in a config, on a command line.

The name may be that of something else, by mistake or by malice: opening a FIFO waits for a writer
forever, and reading a device may never end.
"""

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

OTHER_TYPES = {
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def open_named_file(path: Path) -> BufferedReader:
    """Open a regular file for reading, without waiting.

    Raises OSError that names what it is instead; IsADirectoryError for a directory.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        require_regular(descriptor, path)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def require_regular(descriptor: int, path: Path) -> None:
    """Raise OSError that names what the open file is, unless it is a regular one."""
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        what = OTHER_TYPES.get(stat.S_IFMT(mode), "something else")
        raise OSError(errno.EINVAL, f"is {what}, not a regular file", str(path))
