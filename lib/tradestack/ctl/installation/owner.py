"""Root's work in directories that belong to others, with the rights of their owner.

The owner of a directory can replace any name in it at any time, by a link to /etc/shadow for
instance. What root does there must not do more than the owner could do alone.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tradestack.domain.faults import OperatorFault

ROOT = 0


@contextmanager
def as_owner_of(directory: Path) -> Iterator[None]:
    """Work in the directory with the rights of its owner, if this is root.

    Raises OperatorFault if it is a link or not a directory, or where it is root's but another user
    could replace it; OSError.
    """
    owner = directory.lstat()
    if not stat.S_ISDIR(owner.st_mode):
        raise OperatorFault(
            str(directory), "this is not a directory, or is a link", "name the directory itself"
        )
    if owner.st_uid == ROOT:
        require_own(directory)
    with _rights_of(owner):
        yield


def require_own(directory: Path) -> None:
    """Raise OperatorFault if this is root and another user can replace the directory or a parent.

    It need not exist. Others than root work with their own rights wherever they are.
    """
    if os.geteuid() != ROOT:
        return
    path = directory.absolute()
    for each in {*_with_parents(path), *_with_parents(path.resolve())}:
        try:
            status = each.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        is_open = status.st_mode & stat.S_IWOTH and not status.st_mode & stat.S_ISVTX
        if status.st_uid != ROOT or (is_open and not stat.S_ISLNK(status.st_mode)):
            owner = f"belongs to uid {status.st_uid}" if status.st_uid else "is open to all users"
            raise OperatorFault(
                str(directory),
                f"root would write where others can replace the files: {each} {owner}",
                "run this as that user, or choose a directory of root's",
            )


def _with_parents(path: Path) -> tuple[Path, ...]:
    return path, *path.parents


@contextmanager
def _rights_of(owner: os.stat_result) -> Iterator[None]:
    if os.geteuid() != ROOT or owner.st_uid == ROOT:
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(ROOT)
        os.setegid(group)
        os.setgroups(groups)
