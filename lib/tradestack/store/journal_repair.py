"""a damaged order journal → what is lost of it → the rest, with a record of the loss.

Order journals alone: the rules are those of orders. In place of each run of damaged lines stands

    Repaired    Time, LinesLost, BytesLost, OrdersLost

so that the order numbers after it stay what they were. An order manager that meets one goes on in a
new order session: what is lost may be the report, the ClOrdID or the registration by which an order
would be recognised, and in the old session it could be executed twice.
"""

import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from tradestack.domain.faults import OperatorFault
from tradestack.store.append_file import AppendFile
from tradestack.store.journal_lines import JournalLine, read_lines
from tradestack.wire.order_journal import RepairedRecord

# No order with its report is shorter: what bounds the orders in damage that no order follows.
ORDER_BYTES_MIN = 300
EXCERPT_BYTES_MAX = 60  # of damage, for people to see what it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A run of damaged lines.

    first_line, offset: where it begins. begins_with: its first bytes.
    first_order_id: the first number that may have stood in it. orders_lost: how many numbers, at
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
        """The run, longer by the line."""
        return replace(self, lines_lost=self.lines_lost + 1, bytes_lost=self.bytes_lost + line.size)


def find_damages(path: Path) -> list[Damage]:
    """What a repair would drop, the torn end apart.

    Raises OperatorFault for a journal whose header is lost, OSError.
    """
    damages: list[Damage] = []
    open_from = 0  # the first of the damages that no order has followed yet
    next_order_id = 1
    for line in read_lines(path):
        if line.torn:
            continue
        if line.payload is not None:
            order_id, following_id = _order_ids(line, next_order_id)
            if order_id is not None and open_from < len(damages):
                lost = max(0, order_id - next_order_id)
                damages[open_from] = replace(damages[open_from], orders_lost=lost)
                open_from = len(damages)
            next_order_id = following_id
        elif line.number == 1:
            raise OperatorFault(
                f"{path}: line 1",
                "the header is damaged: which session it is and what it carried over is lost",
                "restore the file from a backup, or move it away to begin without what it knew",
            )
        elif damages and damages[-1].first_line + damages[-1].lines_lost == line.number:
            damages[-1] = damages[-1].with_line(line)
        else:
            damages.append(_begin_damage(line, next_order_id))
    for index in range(open_from, len(damages)):
        most = -(-damages[index].bytes_lost // ORDER_BYTES_MIN)
        damages[index] = replace(damages[index], orders_lost=most)
    return damages


def repair(path: Path, time_ns: int) -> Path:
    """Drops the damaged lines and a torn end; returns where the file as it was is kept.

    Raises OperatorFault where the order manager holds the file or its header is lost, OSError;
    then nothing has changed.
    """
    lock = AppendFile.open(path)
    try:
        damages = find_damages(path)
        backup = _backup(path)
        beside = path.with_name(f"{path.name}.repairing")
        with beside.open("wb") as file:
            _give_like(path, file.fileno())
            file.writelines(_repaired_lines(path, damages, time_ns))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _sync_directory(path.parent)
    finally:
        lock.close()
    return backup


def _order_ids(line: JournalLine, next_order_id: int) -> tuple[int | None, int]:
    """The number of the order in a whole line, if it is one, and the number after the line."""
    assert line.payload is not None
    try:
        record = msgspec.json.decode(line.payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, next_order_id
    match record:
        case {"Record": "Session", "NextOrderID": int(first)}:
            return None, first
        case {"Record": "Order", "Report": {"OrderID": int(order_id)}}:
            return order_id, order_id + 1
        case {"Record": "Repaired", "OrdersLost": int(lost)}:
            return None, next_order_id + lost
    return None, next_order_id


def _begin_damage(line: JournalLine, next_order_id: int) -> Damage:
    damage = Damage(
        first_line=line.number,
        offset=line.offset,
        begins_with=line.content[:EXCERPT_BYTES_MAX],
        first_order_id=next_order_id,
    )
    return damage.with_line(line)


def _repaired_lines(path: Path, damages: Sequence[Damage], time_ns: int) -> Iterator[bytes]:
    by_number: Mapping[int, Damage] = {damage.first_line: damage for damage in damages}
    for line in read_lines(path):
        if line.payload is not None:
            yield line.content + b"\n"
        elif line.number in by_number:
            damage = by_number[line.number]
            record = RepairedRecord(
                time_ns=time_ns,
                lines_lost=damage.lines_lost,
                bytes_lost=damage.bytes_lost,
                orders_lost=damage.orders_lost,
            )
            payload = msgspec.json.encode(record)
            yield b"%08x %b\n" % (zlib.crc32(payload), payload)


def _backup(path: Path) -> Path:
    """A copy beside it, whole and on the disk, under a name that is free."""
    import shutil  # here, as it costs 0.3 MB

    names = (path.with_name(f"{path.name}.damaged{number or ''}") for number in range(1_000))
    backup = _first_free(names)
    with path.open("rb") as source, backup.open("xb") as target:
        _give_like(path, target.fileno())
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    return backup


def _first_free(paths: Iterable[Path]) -> Path:
    for path in paths:
        if not path.exists():
            return path
    raise FileExistsError("a thousand damaged copies stand beside it: remove some")


def _give_like(path: Path, descriptor: int) -> None:
    """Owner and mode of the original: repairs are root's work, journals the daemon's."""
    status = path.stat()
    os.fchmod(descriptor, status.st_mode & 0o777)
    os.fchown(descriptor, status.st_uid, status.st_gid)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
