"""A recorded feed session with its order journals: of a running stack, a stopped one, a backtest.

    session = open_session(state_dir, None)
    causes = session.orders()["feed_seq"]
    session.of_messages("value", causes)     joined by an index, without a search

Files of a running stack are read as they are when it is opened. Its tape has every message that a
journal names, as the journals are found before the log is opened.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tradestack.domain.fixed_point import SCALE, divide_half_even
from tradestack.domain.units import counted
from tradestack.report.columns.builder import TextCodes
from tradestack.report.columns.symbol_codes import SymbolCodes
from tradestack.report.columns.table import Integers, Table
from tradestack.report.equity.curves import (
    Curves,
    TapeAccount,
    accounts_on_tape,
    equity_table,
    position_table,
    walk_tape,
)
from tradestack.report.equity.tape_blocks import TapeBlock, blocks_of
from tradestack.report.files.feed_file import MappedTape
from tradestack.report.files.state_files import (
    JournalFile,
    StateFiles,
    ended_head,
    names,
    tapes_of,
)
from tradestack.report.files.unreadable import as_operator_fault, see_verification
from tradestack.report.journal_facts import JournalFacts
from tradestack.report.journal_pass import JournalPass, JournalsRead
from tradestack.report.tape_tables import news_table, tick_table
from tradestack.sessions.sidecar import Sidecar, SidecarUnusable
from tradestack.store.feed_blocks import check_blocks
from tradestack.store.feed_log import SIDECAR_SUFFIX

# Messages of an equity curve beside those of fills: as many as a chart has points.
SAMPLES_MAX = 5_000
DIFFERS = "their checksum differs; restore the log from a copy"

Show = Callable[[float], None]  # is called with the share that is done
# Name of a file and its size in bytes → what is told how far it is read.
Watch = Callable[[str, int], contextlib.AbstractContextManager[Show]]


@contextlib.contextmanager
def watch_nothing(_name: str, _size_bytes: int) -> Iterator[Show]:
    """Show no progress."""
    yield lambda _share: None


class RecordedSession:
    """One feed session. Each table is made when it is asked for first, and kept.

    id: of the feed session. log, journals: its files; size_bytes of a journal is what is read of
    it. tape: the messages as they are in the log, message n at n - 1. sidecar: what the gateway has
    noted beside it; None: nothing that can be read.
    """

    def __init__(
        self, files: StateFiles, session_id: str | None, watch: Watch = watch_nothing
    ) -> None:
        """Find the files, and map the log. Raises OperatorFault, OSError."""
        self.journals = files.journals()
        self.log = files.feed_log(session_id)
        self.id = self.log.stem
        self._mapped = MappedTape(self.log)
        self.tape = self._mapped.records
        self.sidecar = _sidecar(self.log)
        self._watch = watch
        self._users = TextCodes()

    @property
    def head(self) -> int:
        """The number of the newest message, 0: none."""
        return len(self.tape)

    @property
    def has_ended(self) -> bool:
        """Whether the gateway has noted that the feed session is over."""
        return self._end is not None

    @property
    def _end(self) -> int | None:
        """The last message, None if the feed session goes on."""
        with tapes_of(self.log) as open_tape:
            return ended_head(open_tape())

    @cached_property
    def own_journals(self) -> list[JournalFile]:
        """The order journals that name the session: damage of another one does not matter."""
        with as_operator_fault():
            return [journal for journal in self.journals if names(journal, self.id)]

    @cached_property
    def log_remarks(self) -> tuple[str, ...]:
        """What a reader of ticks and news has to know: what was cut off, and what was changed."""
        name, cut = self.log.name, self._mapped.bytes_cut
        with as_operator_fault():
            blocks = check_blocks(self.log, self.head, is_ended=self._end == self.head)
        remarks = [f"{name}: {cut:,} bytes at its end are no ticks."] if cut else []
        if blocks.damage:
            remarks.append(f"{name}: {blocks.damage} are not what was published: {DIFFERS}.")
        return tuple(remarks)

    @property
    def facts(self) -> JournalFacts:
        """What the order journals say besides orders and the reports on them."""
        return self._read.facts

    @cached_property
    def remarks(self) -> tuple[str, ...]:
        """Remarks for readers: what was cut off, and what is missing."""
        found = [*self.log_remarks]
        for name, size in self._read.cut.items():
            found.append(f"{name}: {size:,} bytes at its end are no whole line.")
        beyond = int((self._read.fills["feed_seq"] > self.head).sum())
        if beyond:
            found.append(
                f"{self.log.name} lacks the trades of {counted(beyond, 'fill')}, "
                "which equity is without."
            )
        for user, opening in sorted(self._read.openings.items()):
            if opening.is_late:
                found.append(
                    f"The account of {user} is known from message {opening.through:,} on: "
                    "the order journals from before are not here."
                )
        return tuple(found)

    def of_messages(self, name: str, sequences: Integers) -> Integers:
        """Return a field of TICK_PACKET of some messages, MISSING for 0 and what is not there."""
        return self._mapped.column(name, sequences)

    def release_tape(self) -> None:
        """Release the pages of the tape that were looked at; its next reader maps them again."""
        self._mapped.release()

    # ---- tables --------------------------------------------------------------------------------

    def ticks(self, first: int = 1, count_max: int | None = None) -> Table:
        """Return messages from number `first` on, None: all of them, as columns TICKS."""
        end = self.head if count_max is None else min(first - 1 + count_max, self.head)
        return tick_table(self.tape, self._codes, first - 1, end)

    def news(self) -> Table:
        """Return the news, as columns NEWS."""
        return news_table(self._mapped, self._codes)

    def orders(self) -> Table:
        """Return the orders, as columns ORDERS."""
        return self._read.orders

    def fills(self) -> Table:
        """Return the fills, as columns FILLS."""
        return self._read.fills

    def equity(self, at: Integers | None = None) -> Table:
        """Return the equity of each user and of all, as columns EQUITY.

        at: after these messages, from 1 on, ascending; None: after fills, and after some
        thousand evenly spaced ones.
        """
        if at is None:
            return self._equity
        rows = [at for _ in self._accounts]
        return self._equity_of(self._walk(rows, at))

    @property
    def opened_equity(self) -> Mapping[str, int]:
        """The equity ×10⁻⁸ with which the account of each user begins."""
        return {
            account.user: divide_half_even(account.opening.portfolio.equity, SCALE)
            for account in self._accounts
        }

    def positions(self) -> Table:
        """Return what is held at the end of the tape, as columns POSITIONS."""
        return position_table(self._accounts, self._curves, self._users, self._symbols)

    # ---- how they are made ---------------------------------------------------------------------

    @cached_property
    def _codes(self) -> SymbolCodes:
        with self._watch(self.log.name, self.tape.nbytes) as show:

            def show_and_release(share: float) -> None:
                show(share)
                self.release_tape()

            return SymbolCodes(
                self.id, self.tape, show_and_release, see_verification(self.log, self.id)
            )

    @cached_property
    def _symbols(self) -> TextCodes:
        """Codes of the symbols of the tape, and behind them of others that orders name."""
        return TextCodes(self._codes.symbols)

    @cached_property
    def _read(self) -> JournalsRead:
        journals = JournalPass(self.id, self._symbols, self._users)
        for journal in self.own_journals:
            with as_operator_fault(), self._watch(journal.path.name, journal.size_bytes) as show:
                journals.read(journal, show)
        return journals.result(self._mapped)

    @cached_property
    def _accounts(self) -> list[TapeAccount]:
        read = self._read
        return accounts_on_tape(read.fills, read.openings, self._symbols, self.head)

    @cached_property
    def _curves(self) -> Curves:
        even = np.linspace(1, self.head, min(self.head, SAMPLES_MAX)).astype(np.int64)
        rows = [np.union1d(even, account.course.sequences) for account in self._accounts]
        return self._walk(rows, np.unique(np.concatenate([even, *rows])))

    @cached_property
    def _equity(self) -> Table:
        return self._equity_of(self._curves)

    def _equity_of(self, curves: Curves) -> Table:
        return equity_table(self._mapped, self._accounts, curves, self._users)

    def _walk(self, rows: Sequence[Integers], total_rows: Integers) -> Curves:
        def codes_of(first: int, end: int) -> NDArray[np.int16]:
            return self._codes.codes[first:end]

        def released(blocks: Iterator[TapeBlock]) -> Iterator[TapeBlock]:
            for block in blocks:
                yield block
                self.release_tape()

        accounts = self._accounts
        blocks = blocks_of(self.tape, codes_of, len(self._symbols.texts))
        return walk_tape(released(blocks), accounts, rows, total_rows)


def open_session(
    state_dir: Path, session: str | None, watch: Watch = watch_nothing
) -> RecordedSession:
    """Open a feed session in the directory of a stack or of a backtest, None: the newest.

    state_dir: what --state-dir takes. Raises OperatorFault.
    """
    with as_operator_fault():
        return RecordedSession(StateFiles.in_directory(state_dir), session, watch)


def _sidecar(log: Path) -> Sidecar | None:
    try:
        return Sidecar.load(log.with_suffix(SIDECAR_SUFFIX))
    except SidecarUnusable:
        return None
