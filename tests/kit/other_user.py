"""Acts of another user of the host, for tests that run as root."""

import contextlib
import os
from collections.abc import Iterator

import pytest

NOBODY = 65534

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@contextlib.contextmanager
def acting_as(uid: int = NOBODY) -> Iterator[None]:
    """Have the rights of a user, whose files, sockets and directories are made meanwhile."""
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(uid)
    os.seteuid(uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)
