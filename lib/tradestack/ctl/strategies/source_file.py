"""A file with a strategy, as a user names it, and its copy in an installation.

    CONFIG/strategies/<instance>.py       root's, readable for the services' user, writable for none

What a strategy does is nobody else's business, so other users cannot read it.
"""

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.installation.owner import require_own
from tradestack.domain.faults import OperatorFault
from tradestack.store.durable_name import replace_durably

SUFFIX = ".py"
SOURCE_BYTES_MAX = 1_048_576
DIRECTORY_MODE = 0o750
FILE_MODE = 0o640


@dataclass(frozen=True, slots=True)
class NamedFile:
    """FILE.py or FILE.py:Class; class_name: "" = the only strategy in it."""

    path: Path
    class_name: str

    @classmethod
    def parse(cls, text: str) -> "NamedFile | None":
        """Return what the text names; None if that is no file."""
        place, colon, class_name = text.rpartition(":")
        if colon and place.endswith(SUFFIX):
            return cls(Path(place), class_name)
        return cls(Path(text), "") if text.endswith(SUFFIX) else None

    def within(self, path: Path) -> str:
        """Return how a configuration names the class in a copy of the file."""
        return f"{path}:{self.class_name}" if self.class_name else str(path)


def read_regular(path: Path, bytes_max: int = SOURCE_BYTES_MAX) -> bytes:
    """Read a file that a person has named. Raises OperatorFault.

    No link is followed: root would read through it what the link's owner cannot.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        problem = "is a link" if error.errno == errno.ELOOP else error.strerror or str(error)
        raise OperatorFault(str(path), problem, "name the file itself") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OperatorFault(str(path), "is no regular file", "name a file")
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(bytes_max + 1)
    if len(content) > bytes_max:
        problem, remedy = f"is larger than {bytes_max:,} bytes", "keep data in files of their own"
        raise OperatorFault(str(path), problem, remedy)
    return content


def strategies_directory(installation: Installation) -> Path:
    """Return the directory of the copies, which is made if it is missing. Raises OperatorFault."""
    directory = _directory(installation)
    require_own(directory)
    if not directory.exists():
        directory.mkdir()
        _open_for_service(installation, directory, DIRECTORY_MODE)
    return directory


def copy_of(installation: Installation, instance: str) -> Path:
    """Return the path of the copy that an instance trades by."""
    return _directory(installation) / f"{instance}{SUFFIX}"


@contextmanager
def staged(installation: Installation, instance: str, source: bytes) -> Iterator[Path]:
    """Write a copy beside the place where it belongs; what is left of it is removed at the end."""
    directory = Path(tempfile.mkdtemp(prefix=".new-", dir=strategies_directory(installation)))
    try:
        _open_for_service(installation, directory, DIRECTORY_MODE)
        path = directory / f"{instance}{SUFFIX}"
        with path.open("wb") as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
        _open_for_service(installation, path, FILE_MODE)
        yield path
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def put_in_place(installation: Installation, instance: str, path: Path) -> None:
    """Replace the instance's copy by a staged one; after a power cut it is the old or the new."""
    replace_durably(path, copy_of(installation, instance))


def _directory(installation: Installation) -> Path:
    return installation.config.absolute() / "strategies"


def _open_for_service(installation: Installation, path: Path, mode: int) -> None:
    if installation.service_user is not None:
        shutil.chown(path, group=installation.service_user)
    path.chmod(mode)
