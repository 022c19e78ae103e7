"""Which order manager this is, beside the name of its host: a file in its state directory.

Two hosts may have one name by mistake; what was made at random, once, in a state directory tells
them apart. The file also has the writer (Ts-Writer) with which this order manager served last, and
where it did: the boot of the machine, and the directory, which in a copy is another one. If the
stream ends with what that one has written, the primary before was a process that held the lock of
this very directory, and has ended.
"""

import logging
import os
from pathlib import Path
from typing import Self

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.replication.message import Authorship
from tradestack.store.durable_name import replace_durably
from tradestack.store.named_file import open_named_file

FILE_NAME = "replication.json"
FILE_MODE = 0o600

logger = logging.getLogger(__name__)


class _Record(msgspec.Struct, frozen=True):
    """What the file has; served_as, served_in: writer and place, "" before the first time."""

    host_id: str
    served_as: str = ""
    served_in: str = ""


class Identity:
    """The order manager of a state directory, which is locked."""

    def __init__(self, path: Path, host: str, place: str, record: _Record) -> None:
        self.host = host
        self._path = path
        self._place = place  # "" if not known
        self._record = record

    @classmethod
    def of(cls, directory: Path, host: str, boot_id: str | None) -> Self:
        """Read the file, or make it. Raises OperatorFault, OSError."""
        path = directory / FILE_NAME
        try:
            with open_named_file(path) as file:
                record = msgspec.json.decode(file.read(), type=_Record)
        except FileNotFoundError:
            record = _Record(os.urandom(8).hex())
            _write(path, record)
        except msgspec.DecodeError as error:
            remedy = "restore it; or remove it, and change replication.host"
            raise OperatorFault(str(path), f"cannot be read: {error}", remedy) from error
        found = directory.stat()
        place = f"{boot_id} {found.st_dev} {found.st_ino}" if boot_id else ""
        return cls(path, host, place, record)

    def author(self, epoch: int) -> Authorship:
        """Return a writer of this order manager that nobody was before."""
        return Authorship(epoch, self.host, os.urandom(8).hex(), self._record.host_id)

    def is_own(self, author: Authorship) -> bool:
        """Return whether this order manager has written that; an older tradestack gave no id."""
        return author.host == self.host and author.host_id in ("", self._record.host_id)

    def is_namesake(self, author: Authorship) -> bool:
        """Return whether another one has written that whose host is called the same."""
        return author.host == self.host and not self.is_own(author)

    def require_no_namesake(self, author: Authorship | None) -> None:
        """Raise OperatorFault if the last one that wrote the stream is called as this one."""
        if author is not None and self.is_namesake(author):
            raise OperatorFault(
                "replication.host",
                f"two hosts are called {self.host}: another one has written the stream last "
                f"(epoch {author.epoch}), or {self._path} was lost",
                "set it to another name here; where the file was lost, `tradestackctl ha takeover` "
                'then makes this host the primary (role = "standby")',
            )

    def has_served_last(self, author: Authorship) -> bool:
        """Return whether the author is what this one was when it served last, and here."""
        record = self._record
        is_here = self._place != "" and record.served_in == self._place
        return is_here and record.served_as == author.writer

    def note_served(self, author: Authorship) -> None:
        """Note that this one serves as that writer. Without it, its next start takes 4 s longer."""
        self._record = _Record(self._record.host_id, author.writer, self._place)
        try:
            _write(self._path, self._record)
        except OSError as error:
            logger.warning("%s cannot be written: %s", self._path, error)


def _write(path: Path, record: _Record) -> None:
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(
        unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE_MODE
    )
    try:
        os.write(descriptor, msgspec.json.encode(record) + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    replace_durably(unfinished, path)
