"""One pass over the order journals → orders, fills, opening states, and other facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tradestack.domain.faults import OperatorFault
from tradestack.report.columns.builder import TextCodes
from tradestack.report.columns.order_rows import OrderRows
from tradestack.report.columns.table import Table
from tradestack.report.equity.opening_state import OpeningState, OpeningStates
from tradestack.report.files.feed_file import MappedTape
from tradestack.report.files.state_files import JournalFile, name_of, payloads_of
from tradestack.report.files.unreadable import as_disagreement
from tradestack.report.journal_facts import JournalFacts
from tradestack.store.journal import FRAME_LENGTH
from tradestack.wire.journal.account_records import AccountRecord, CheckpointRecord, ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record, decode_header, decode_record

Show = Callable[[float], None]  # is called with the share that is done

# Kinds of records for the tables: to decode one takes most of the time.
ALL_KINDS = ("Order", "Execution", "Account", "Checkpoint")
FILLS_ALONE = ("Execution",)
# Nearly all lines are of these kinds, and none of them is a fact beside the tables.
_IN_TABLES = tuple(f'{{"Record":"{kind}",'.encode() for kind in ("Order", "Execution", "Request"))


@dataclass(frozen=True, slots=True, eq=False)
class JournalsRead:
    """What all journals say of a feed session.

    openings: of each user that has an account. facts: what is not in the tables. cut: of journals
    that end unfinished the bytes that are no whole line.
    """

    orders: Table
    fills: Table
    openings: Mapping[str, OpeningState]
    facts: JournalFacts
    cut: Mapping[str, int]


class JournalPass:
    """The order journals of one feed session, read one after the other.

    kinds: of the records that the tables are made of; without ALL_KINDS there are no other facts.
    """

    def __init__(
        self,
        feed_session: str,
        symbols: TextCodes,
        users: TextCodes,
        kinds: Sequence[str] = ALL_KINDS,
    ) -> None:
        self._rows = OrderRows(symbols, users)
        self._openings = OpeningStates()
        self._facts = JournalFacts(feed_session)
        self._has_facts = kinds is ALL_KINDS
        self._cut: dict[str, int] = {}
        self._feed_session = feed_session
        self._kinds = tuple(f'{{"Record":"{kind}",'.encode() for kind in kinds)
        self._take: Mapping[type, Callable[..., None]] = {
            OrderRecord: self._order,
            ExecutionRecord: self._execution,
            AccountRecord: self._account,
            CheckpointRecord: self._checkpoint,
        }

    def read(self, journal: JournalFile, show: Show) -> None:
        """Read the next journal. Raises OperatorFault, OSError."""
        name = name_of(self._feed_session)
        size = 0
        with as_disagreement(journal.path, self._feed_session):
            for line, payload in payloads_of(journal, show):
                size += len(payload) + FRAME_LENGTH
                if line == 1:
                    self._facts.take(decode_header(payload))
                elif payload.startswith(self._kinds):
                    if name in payload:
                        self._take_record(decode_record(payload))
                elif self._has_facts and not payload.startswith(_IN_TABLES):
                    self._facts.take(decode_record(payload))
        if size < journal.size_bytes:
            self._cut[journal.path.name] = journal.size_bytes - size

    def result(self, tape: MappedTape) -> JournalsRead:
        """Return what was read; the tape has the times. Raises OperatorFault."""
        try:
            orders, fills = self._rows.orders(), self._rows.fills()
        except OverflowError as error:
            problem = "a number of an order or report is beyond 64 bits ×10⁻⁸"
            where = f"order journals of {self._feed_session}"
            remedy = "read it by `tradestackctl journal show FILE`"
            raise OperatorFault(where, problem, remedy) from error
        for table in (orders, fills):
            for name in {"event_time", "publish_time"} & table.keys():
                table[name][:] = tape.column(f"{name}_ns", table["feed_seq"])
        return JournalsRead(orders, fills, self._openings.by_user, self._facts, self._cut)

    @property
    def fills(self) -> Table:
        """The fills so far, without the times of the tape. Raises OverflowError."""
        return self._rows.fills()

    def _take_record(self, record: Record) -> None:
        self._take[type(record)](record)

    def _order(self, record: OrderRecord) -> None:
        """Take an order of this session; of one without a place: by what it names."""
        if (record.feed_session or record.order.feed_session) == self._feed_session:
            self._rows.take_order(record)

    def _execution(self, record: ExecutionRecord) -> None:
        if record.report.feed_session == self._feed_session:
            self._rows.take_report(record)

    def _account(self, record: AccountRecord) -> None:
        if record.feed_session == self._feed_session:
            self._openings.take_account(record, self._rows.fill_count)
            self._facts.take(record)

    def _checkpoint(self, record: CheckpointRecord) -> None:
        if record.feed_session == self._feed_session:
            self._openings.take_checkpoint(record, self._rows.fill_count)
            self._facts.take(record)
