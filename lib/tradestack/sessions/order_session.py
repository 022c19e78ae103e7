"""One order session: its journal, the state replayed from it, and the users' report streams.

A session is the file `<session>.journal`. Ids ascend, whatever the clock does, so the newest name
is the current session. A journal without a whole header is left by a crash at the beginning of a
session: no client has seen its id, and it is removed. So is one that lacks a record that it was to
begin with.
"""

import errno
import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Self

import msgspec

from tradestack.configs.durability import Durability
from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import new_session_id
from tradestack.observe.events import ORDER_SESSION_RECOVERED, ORDER_SESSION_STARTED, emit
from tradestack.runtime.process.fail_points import FailPoint, passed
from tradestack.sessions.report_stream import ReportStream
from tradestack.store.journal import FRAME_LENGTH, JOURNAL_SUFFIX, Journal, Replay
from tradestack.store.staged_file import Stage
from tradestack.trading.commit import commit
from tradestack.trading.judging.decisions import Batch
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.replay import add_record, replay
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.order_journal import (
    FORMAT_VERSION,
    LogReopenedRecord,
    OrderRecord,
    Record,
    RepairedRecord,
    SessionRecord,
    UnknownVersion,
    decode_header,
    decode_record,
    encode_record,
)

logger = logging.getLogger(__name__)


class SyncFailed(Exception):
    """A failed fdatasync, after which only a restart can tell what is on the disk."""


class OrderSession:
    """One order session, held open by its only writer.

    `Settler` appends orders to the journal and commits them to the state.
    """

    __slots__ = ("_streams", "ended", "journal", "state")

    def __init__(self, journal: Journal, state: SessionState) -> None:
        self.state = state
        self.ended = False
        self.journal = journal
        self._streams: dict[str, ReportStream] = {}

    @classmethod
    def begin(
        cls,
        directory: Path,
        header: SessionRecord,
        carried: Sequence[bytes] = (),
        stage: Stage | None = None,
    ) -> Self:
        """Create the journal and sync its header to the disk, with what it begins with.

        stage: its appends wait until they are kept. Raises OSError, OperatorFault if the directory
        is not writable; then there is no journal.
        """
        journal = Journal.create(directory / f"{header.session}{JOURNAL_SUFFIX}", stage)
        try:
            header = msgspec.structs.replace(header, carried=len(carried))
            offsets = journal.append([encode_record(header), *carried])
            journal.sync()
            state = SessionState(header)
            replay(state, zip(offsets[1:], carried, strict=True))
        except BaseException:
            journal.close()
            journal.path.unlink(missing_ok=True)
            raise
        emit(
            logger,
            ORDER_SESSION_STARTED,
            session=header.session,
            next_order_id=header.next_order_id,
            registrations=len(header.registrations),
        )
        return cls(journal, state)

    @classmethod
    def recover(cls, path: Path) -> Self | None:
        """Replay a session's journal; remove one without a header, and return None for it.

        Raises OperatorFault for damage and for formats that this version does not read.
        """
        state: SessionState | None = None

        def begin(payload: bytes) -> Replay:
            nonlocal state
            state = SessionState(_read_header(path, payload))
            return partial(replay, state)

        journal = Journal.open(path, begin)
        if state is None or journal.lines_replayed <= state.header.carried:
            journal.close()
            path.unlink()
            logger.warning("removed %s: its beginning is not whole, and nothing is after it", path)
            return None
        emit(
            logger,
            ORDER_SESSION_RECOVERED,
            session=state.header.session,
            next_order_id=state.next_order_id,
            journal_bytes=journal.size_bytes,
        )
        return cls(journal, state)

    @property
    def id(self) -> str:
        """Return the SoupBinTCP session id: 10 base-36 characters."""
        return self.state.header.session

    @property
    def cut_bytes(self) -> int:
        """Return the length of the torn record that was cut from its end at recovery."""
        return self.journal.cut_bytes

    @property
    def journal_bytes(self) -> int:
        """Return the length of the journal in bytes."""
        return self.journal.size_bytes

    @property
    def first_order_id(self) -> int:
        """Return the number that the first order of this session has or would have."""
        return self.state.header.next_order_id

    @property
    def last_order_id(self) -> int:
        """Return the newest order number, of this session or of an earlier one."""
        return self.state.next_order_id - 1

    def record_log_reopened(self, last_order_id: int, last_report: int, now_ns: int) -> None:
        """Journal that the order log which ends with these was rotated; raise OSError."""
        self._record(
            LogReopenedRecord(time_ns=now_ns, last_order_id=last_order_id, last_report=last_report)
        )

    def record_loss(self, orders_lost: int, now_ns: int) -> None:
        """Journal that up to `orders_lost` orders may be missing at the end; raise OSError.

        The session is over: it takes no more orders, and is not served to clients.
        """
        record = RepairedRecord(
            time_ns=now_ns, lines_lost=0, bytes_lost=self.cut_bytes, orders_lost=orders_lost
        )
        self._record(record)

    def _record(self, record: LogReopenedRecord | RepairedRecord) -> None:
        """Append a record, sync it and add it to the state."""
        payload = encode_record(record)
        (offset,) = self.journal.append([payload])
        self.sync()
        add_record(self.state, record, offset, payload)

    @property
    def known(self) -> KnownOrders:
        """Return what the session has recorded, by the names that clients gave it."""
        return KnownOrders(self.state, self.read_record)

    def read_record(self, offset: int, length: int) -> Record:
        """Read the record at that place; raise OSError, for damage as well."""
        return self._decode(self.journal.read(offset, length), offset)

    def records_from(self, place: int) -> list[tuple[Record, int]]:
        """Read a chunk of records, from the line at byte `place` on, each with where it ends.

        There is at least one, unless the journal ends there. Raises OSError, for damage as well.
        """
        records = []
        for payload in self.journal.read_payloads(place):
            record = self._decode(payload, place)
            place += len(payload) + FRAME_LENGTH
            records.append((record, place))
        return records

    def _decode(self, payload: bytes, offset: int) -> Record:
        try:
            return decode_record(payload)
        except ValueError as error:
            text = f"the record at byte {offset} is damaged: {error}"
            raise OSError(errno.EIO, text, str(self.journal.path)) from error

    def order(self, order_id: int) -> OrderRecord:
        """Read the record of an order of this session; raise OSError, for damage as well."""
        record = self._read_order(order_id - self.first_order_id)
        assert isinstance(record, OrderRecord), f"order {order_id} of {self.id}: {record}"
        return record

    def orders(self, first_order_id: int, count_max: int) -> Sequence[OrderRecord]:
        """Read the records of this session's orders from `first_order_id` on.

        At most `count_max`; orders lost in a repair of the journal are left out. Raises OSError.
        """
        begin = max(0, first_order_id - self.first_order_id)
        indices = range(begin, min(len(self.state.orders), begin + count_max))
        places = self.state.orders
        # All orders that were lost together have the place of one record.
        distinct = [i for i in indices if i == begin or places[i] != places[i - 1]]
        records = [self._read_order(index) for index in distinct]
        return [record for record in records if isinstance(record, OrderRecord)]

    def _read_order(self, index: int) -> Record:
        """Read the order's record, or that of the repair which lost it; raise OSError."""
        record = self.read_record(*self.state.orders[index])
        assert isinstance(record, OrderRecord | RepairedRecord), f"order {index} of {self.id}"
        return record

    def stream(self, user: str) -> ReportStream:
        """Return the user's report stream."""
        stream = self._streams.get(user)
        if stream is None:
            ranges = self.state.reports[user]
            stream = ReportStream(self.id, self.journal.read, self.ended, ranges, self.journal.kept)
            self._streams[user] = stream
        return stream

    def end(self) -> None:
        """End the streams: clients get the reports they have not had, then the end of session.

        What only new orders need is forgotten; about 10 bytes for each report stay in memory.
        """
        self.ended = True
        self.state.forget_orders()
        for stream in self._streams.values():
            stream.ended = True

    def settle(self, batch: Batch, durability: Durability) -> None:
        """Journal the decisions of a batch, then add them to the state.

        Raises OSError, and then there are none of them in either; SyncFailed.
        """
        offsets = self.journal.append(batch.records)
        if offsets and durability is Durability.DISK:
            self.sync()
        commit(self.state, batch.judged, offsets)

    def sync(self) -> None:
        """Return when everything appended is on the disk; raise SyncFailed."""
        try:
            passed(FailPoint.ORDER_MANAGER_SYNCING)
            self.journal.sync()
        except OSError as error:
            raise SyncFailed(f"{self.journal.path}: fdatasync: {error}") from error

    def close(self) -> None:
        """Close the journal."""
        self.journal.close()


def first_header(
    now_ns: int, entropy: int, first_order_id: int, boot_id: str | None
) -> SessionRecord:
    """Return the header of the first session of a state directory."""
    return SessionRecord(
        version=FORMAT_VERSION,
        session=new_session_id(now_ns, entropy),
        time_ns=now_ns,
        next_order_id=first_order_id,
        registrations=(),
        boot_id=boot_id,
    )


def _read_header(path: Path, payload: bytes) -> SessionRecord:
    try:
        return decode_header(payload)
    except UnknownVersion as unknown:
        raise OperatorFault(
            str(path),
            f"is of format version {unknown.version}",
            f"this tradestack reads versions up to {FORMAT_VERSION}: "
            "run the one that wrote it, or move the file away to begin without its records",
        ) from unknown
