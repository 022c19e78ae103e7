"""The repair of a damaged order journal, and the list of what is lost.

A line is damaged if its checksum does not match or if replay refuses its record. The repaired
journal has, in place of each run of damaged lines, and where order numbers are missing without one,

    Repaired    Time, LinesLost, BytesLost, OrdersLost

so that the order numbers after it stay what they were. An order manager that meets one continues in
a new order session: what is lost may be the report, the ClOrdID or the registration by which an
order would be recognised, and in the old session it could be executed twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tradestack.ctl.check.journal_replay import JournalReplay, MissingOrders
from tradestack.domain.faults import OperatorFault
from tradestack.store.journal_lines import JournalLine, read_lines
from tradestack.store.journal_rewrite import encode_line, rewrite_journal
from tradestack.wire.journal.order_journal import RepairedRecord, encode_record

# No order with its report is shorter: it bounds the orders in damage that no order follows.
ORDER_BYTES_MIN = 300
EXCERPT_BYTES_MAX = 60  # of the damage, for people to see what it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A run of damaged lines, or of none where order numbers are missing before a whole line.

    first_line, offset: where it begins. begins_with: its first bytes.
    first_order_id: the first number that may have been in it. orders_lost: the number of orders, at
      most; exact where an order follows.
    """

    first_line: int
    offset: int
    begins_with: bytes
    first_order_id: int
    lines_lost: int = 0
    bytes_lost: int = 0
    orders_lost: int = 0

    def with_line(self, line: JournalLine) -> "Damage":
        """Return the run with one more line."""
        return replace(self, lines_lost=self.lines_lost + 1, bytes_lost=self.bytes_lost + line.size)


def find_damages(path: Path) -> list[Damage]:
    """Return what a repair would drop, except the torn end.

    Raises OperatorFault for a journal whose header is lost, OSError.
    """
    damages = _Damages(path)
    for line in read_lines(path):
        if not line.torn:
            damages.take(line)
    return damages.finish()


def repair(path: Path, time_ns: int) -> Path:
    """Drop the damaged lines and a torn end; return the path of the file as it was.

    Raises OperatorFault where the order manager holds the file or its header is lost, OSError;
    then nothing has changed.
    """
    return rewrite_journal(path, lambda: _repaired_lines(path, find_damages(path), time_ns))


@dataclass(slots=True)
class _Damages:
    """The damage found so far; open_from: index of the first run that no order follows yet."""

    path: Path
    replay: JournalReplay = field(default_factory=JournalReplay)
    runs: list[Damage] = field(default_factory=list)
    open_from: int = 0

    def take(self, line: JournalLine) -> None:
        """Replay a line, or add it to the damage."""
        try:
            self.replay.take(line)
        except MissingOrders:
            self.runs.append(self._run_at(line))
            self.replay.interrupt()
            self.take(line)
        except ValueError as error:
            self._add_line(line, error)
            self.replay.interrupt()
        else:
            self._follow()

    def _add_line(self, line: JournalLine, error: ValueError) -> None:
        """Add a damaged line to the run that it continues, or begin a run."""
        if line.number == 1:
            raise OperatorFault(
                f"{self.path}: line 1",
                f"the header is damaged ({error}): its session and registrations are lost",
                "restore the file from a backup, or move it away to begin without its records",
            )
        is_next = self.runs and self.runs[-1].first_line + self.runs[-1].lines_lost == line.number
        if not is_next:
            self.runs.append(self._run_at(line))
        self.runs[-1] = self.runs[-1].with_line(line)

    def _run_at(self, line: JournalLine) -> Damage:
        state = self.replay.state
        return Damage(
            first_line=line.number,
            offset=line.offset,
            begins_with=line.content[:EXCERPT_BYTES_MAX],
            first_order_id=1 if state is None else state.next_order_id,
        )

    def _follow(self) -> None:
        """Set how many orders the damage had: the first order after it shows that."""
        if self.replay.orders_lost is not None and self.open_from < len(self.runs):
            lost = self.replay.orders_lost
            self.runs[self.open_from] = replace(self.runs[self.open_from], orders_lost=lost)
            self.open_from = len(self.runs)

    def finish(self) -> list[Damage]:
        """Return the runs; those without an order after them may have lost all their bytes hold."""
        for index in range(self.open_from, len(self.runs)):
            most = -(-self.runs[index].bytes_lost // ORDER_BYTES_MIN)
            if index == self.open_from:
                most = max(most, self.replay.orders_lost_at_least)
            self.runs[index] = replace(self.runs[index], orders_lost=most)
        return self.runs


def _repaired_lines(path: Path, damages: Sequence[Damage], time_ns: int) -> Iterator[bytes]:
    by_number = {damage.first_line: damage for damage in damages}
    lost_until = 0  # the last line of the damage found last
    for line in read_lines(path):
        damage = by_number.get(line.number)
        if damage is not None:
            lost_until = line.number + damage.lines_lost - 1
            record = RepairedRecord(
                time_ns=time_ns,
                lines_lost=damage.lines_lost,
                bytes_lost=damage.bytes_lost,
                orders_lost=damage.orders_lost,
            )
            yield encode_line(encode_record(record))
        if line.number > lost_until and not line.torn:
            yield line.content + b"\n"
