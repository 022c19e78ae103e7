"""Limits of this process, as setrlimit(2) and `ulimit` have set them."""

import resource
import sys
from enum import Enum
from pathlib import Path

LIMITS_FILE = Path("/proc/self/limits")
UNLIMITED = sys.maxsize

_VALUE_COLUMN = 26  # after the name; the soft limit comes first


class Limit(Enum):
    """A limit: its name in /proc, and its number for getrlimit(2)."""

    OPEN_FILES = ("Max open files", resource.RLIMIT_NOFILE)
    FILE_SIZE_BYTES = ("Max file size", resource.RLIMIT_FSIZE)
    ADDRESS_SPACE_BYTES = ("Max address space", resource.RLIMIT_AS)


def read_limit(limit: Limit) -> int:
    """Read the soft limit; UNLIMITED if there is none or nobody tells it. Raises OSError.

    The units forbid getrlimit(2), and a container may have no /proc.
    """
    name, number = limit.value
    try:
        lines = LIMITS_FILE.read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, PermissionError):
        return _asked(number)
    texts = [line[_VALUE_COLUMN:].split()[0] for line in lines if line.startswith(name)]
    return next((int(text) for text in texts if text.isdigit()), UNLIMITED)


def _asked(number: int) -> int:
    try:
        soft, _ = resource.getrlimit(number)
    except OSError:
        return UNLIMITED
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft
