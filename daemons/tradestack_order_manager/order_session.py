"""a directory → the order session in it: one journal, the state it holds, the streams it serves.

A session is the file `<session>.journal`. Ids ascend, whatever the clock does, so the newest name
is the current session. A journal without a whole header is what a crash left of a beginning: nobody
was told of it, it is removed.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import is_session_id, new_session_id
from tradestack.observe.events import ORDER_SESSION_RECOVERED, ORDER_SESSION_STARTED, emit
from tradestack.store.journal import JOURNAL_SUFFIX, Journal, Replay
from tradestack.trading.judge import Batch
from tradestack.trading.session_state import SessionState
from tradestack.wire.order_journal import (
    FORMAT_VERSION,
    LogReopenedRecord,
    OrderRecord,
    RepairedRecord,
    SessionRecord,
    decode_record,
    encode_record,
    version_of,
)
from tradestack_order_manager.durability import Durability
from tradestack_order_manager.reports import ReportStream

logger = logging.getLogger(__name__)


class SyncFailed(Exception):
    """fdatasync failed: what is on the disk is not known, only a restart can tell."""


class OrderSession:
    """One order session, held open by its only writer."""

    __slots__ = ("_journal", "_streams", "ended", "manager")

    def __init__(self, journal: Journal, manager: SessionState) -> None:
        self.manager = manager
        self.ended = False
        self._journal = journal
        self._streams: dict[str, ReportStream] = {}

    @classmethod
    def begin(cls, directory: Path, header: SessionRecord) -> Self:
        """A new session; its header is on the disk when this returns. Raises OSError."""
        journal = Journal.create(directory / f"{header.session}{JOURNAL_SUFFIX}")
        try:
            journal.append([encode_record(header)])
            journal.sync()
        except OSError:
            journal.close()
            journal.path.unlink()
            raise
        emit(
            logger,
            ORDER_SESSION_STARTED,
            session=header.session,
            next_order_id=header.next_order_id,
            registrations=len(header.registrations),
        )
        return cls(journal, SessionState(header))

    @classmethod
    def recover(cls, path: Path) -> Self | None:
        """The session as its journal tells it; None for the remains of a beginning.

        Raises OperatorFault for damage and for formats this version does not know.
        """
        manager: SessionState | None = None

        def begin(payload: bytes) -> Replay:
            nonlocal manager
            manager = SessionState(_read_header(path, payload))
            return manager.replay

        journal = Journal.open(path, begin)
        if manager is None:
            journal.close()
            path.unlink()
            logger.warning("removed %s: it had no header, nothing was journalled in it", path)
            return None
        emit(
            logger,
            ORDER_SESSION_RECOVERED,
            session=manager.header.session,
            next_order_id=manager.next_order_id,
            journal_bytes=journal.size_bytes,
        )
        return cls(journal, manager)

    @property
    def id(self) -> str:
        """10 base-36 characters: the SoupBinTCP session."""
        return self.manager.header.session

    @property
    def journal_bytes(self) -> int:
        """The journal's length."""
        return self._journal.size_bytes

    @property
    def last_order_id(self) -> int:
        """The newest order number, of this session or of those before."""
        return self.manager.next_order_id - 1

    def record(self, batch: Batch, durability: Durability) -> None:
        """Journals the batch, then takes it over; whoever waits may be answered after this.

        Raises OSError, and then nothing is remembered; SyncFailed, after which nothing may be
        answered by this process any more.
        """
        offsets = self._journal.append(batch.payloads)
        if durability is Durability.DISK and offsets:
            self.sync()
        self.manager.commit(batch.entries, offsets)

    def record_log_reopened(self, last_order_id: int, now_ns: int) -> None:
        """Journals that an order log which ends with that number is put away. Raises OSError."""
        record = LogReopenedRecord(time_ns=now_ns, last_order_id=last_order_id)
        self._journal.append([encode_record(record)])
        self.sync()
        self.manager.log_reopened(record.last_order_id)

    def orders(self, first_order_id: int, count_max: int) -> Sequence[OrderRecord]:
        """The records of orders from that number on, as far as they are of this session.

        Those that a repair has lost are left out.
        """
        ranges = self.manager.orders
        begin = max(0, first_order_id - self.manager.header.next_order_id)
        records = []
        for index in range(begin, min(len(ranges), begin + count_max)):
            record = decode_record(self._journal.read(*ranges[index]))
            if isinstance(record, OrderRecord):
                records.append(record)
            else:
                assert isinstance(record, RepairedRecord), f"order {index} of {self.id}: {record}"
        return records

    def stream(self, user: str) -> ReportStream:
        """This user's reports."""
        stream = self._streams.get(user)
        if stream is None:
            ranges = self.manager.reports[user]
            stream = ReportStream(self.id, self._journal.read, ended=self.ended, ranges=ranges)
            self._streams[user] = stream
        return stream

    def end(self) -> None:
        """Nothing comes any more: clients get the rest, then the end of session."""
        self.ended = True
        for stream in self._streams.values():
            stream.ended = True

    def sync(self) -> None:
        """Returns when all that is recorded is on the disk. Raises SyncFailed."""
        try:
            self._journal.sync()
        except OSError as error:
            raise SyncFailed(f"{self._journal.path}: fdatasync: {error}") from error

    def close(self) -> None:
        """Lets go of the journal."""
        self._journal.close()


def session_paths(directory: Path) -> list[Path]:
    """The journals in the directory, the newest first."""
    paths = [path for path in directory.glob(f"*{JOURNAL_SUFFIX}") if is_session_id(path.stem)]
    return sorted(paths, reverse=True)


def recover_newest(directory: Path) -> OrderSession | None:
    """The current session, None in a directory that never had one. Raises OperatorFault."""
    for path in session_paths(directory):
        session = OrderSession.recover(path)
        if session is not None:
            return session
    return None


def first_header(now_ns: int, entropy: int) -> SessionRecord:
    """The header of the very first session."""
    return SessionRecord(
        format_version=FORMAT_VERSION,
        session=new_session_id(now_ns, entropy),
        time_ns=now_ns,
        next_order_id=1,
        registrations=(),
    )


def _read_header(path: Path, payload: bytes) -> SessionRecord:
    version = version_of(payload)
    if version != FORMAT_VERSION:
        raise OperatorFault(
            str(path),
            f"is of format version {version}",
            f"this tradestack reads version {FORMAT_VERSION}: "
            "run the one that wrote it, or move the file away to begin without what it knew",
        )
    record = decode_record(payload)
    if not isinstance(record, SessionRecord):
        raise ValueError("the first record is no session header")
    return record
