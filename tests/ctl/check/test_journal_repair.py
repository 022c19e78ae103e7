"""Repairs of damaged order journals: what is reported as lost, and what is kept."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ctl.check.order_records import RECORDS, REGISTER, TIME_NS, a_fill, an_order
from tradestack.ctl.check.journal_check import check_journal
from tradestack.ctl.check.journal_repair import find_damages, repair
from tradestack.domain.faults import OperatorFault
from tradestack.sessions.order_session import OrderSession
from tradestack.store.append_file import AppendFile
from tradestack.store.journal import Journal, Replay
from tradestack.store.journal_lines import read_lines
from tradestack.store.journal_rewrite import encode_line


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A journal: header, order 5, a registration, orders 6 to 9."""
    path = tmp_path / "a.journal"
    journal = Journal.create(path)
    journal.append([msgspec.json.encode(record) for record in RECORDS])
    journal.close()
    return path


def damage(path: Path, *numbers: int) -> None:
    """Changes a byte within each of these lines."""
    content = bytearray(path.read_bytes())
    for line in list(read_lines(path)):
        if line.number in numbers:
            content[line.offset + 20] ^= 1
    path.write_bytes(content)


def names_beside(path: Path) -> list[str]:
    """The directory that it is in."""
    return sorted(entry.name for entry in path.parent.iterdir())


def records(path: Path) -> list[Any]:
    """What a journal holds; it must be whole."""
    found: list[Any] = []

    def begin(payload: bytes) -> Replay:
        found.append(msgspec.json.decode(payload))
        return lambda read: found.extend(msgspec.json.decode(payload) for _, payload in read)

    Journal.open(path, begin).close()
    return found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), []),
        ((3,), [(3, 1, 6, 0)]),
        ((2,), [(2, 1, 5, 1)]),
        ((4, 5), [(4, 2, 6, 2)]),
        ((2, 3, 4), [(2, 3, 5, 2)]),
        ((2, 5), [(2, 1, 5, 1), (5, 1, 7, 1)]),
        ((4, 6), [(4, 1, 6, 1), (6, 1, 8, 1)]),
        ((7,), [(7, 1, 9, 2)]),
        ((6, 7), [(6, 2, 8, 3)]),
    ],
)
def test_lost_order_numbers_follow_from_their_neighbours(
    path: Path, lines: tuple[int, ...], expected: list[tuple[int, int, int, int]]
) -> None:
    """They are exact if an order follows, else as many as the bytes could have held."""
    damage(path, *lines)

    runs = find_damages(path)

    assert [
        (run.first_line, run.lines_lost, run.first_order_id, run.orders_lost) for run in runs
    ] == expected


def test_a_repair_keeps_the_rest_and_a_backup(path: Path) -> None:
    """The original file is kept beside it; owner and mode stay the same."""
    damage(path, 4, 5)
    before, status = path.read_bytes(), path.stat()
    (lost,) = find_damages(path)

    backup = repair(path, TIME_NS)

    note = {
        "Record": "Repaired",
        "Time": TIME_NS,
        "LinesLost": 2,
        "BytesLost": lost.bytes_lost,
        "OrdersLost": 2,
    }
    assert records(path) == [*RECORDS[:3], note, *RECORDS[5:]]
    assert (backup.name, backup.read_bytes()) == ("a.journal.damaged", before)
    for copy in (path, backup):
        assert (copy.stat().st_mode, copy.stat().st_uid) == (status.st_mode, status.st_uid)
    assert names_beside(path) == ["a.journal", "a.journal.damaged"]


def test_a_second_repair_respects_the_first(path: Path) -> None:
    """Numbers lost before are not counted again; each backup has a name of its own."""
    damage(path, 4)
    repair(path, TIME_NS)
    damage(path, 5)

    (lost,) = find_damages(path)
    backup = repair(path, TIME_NS)

    assert (lost.first_order_id, lost.orders_lost) == (7, 1)
    assert backup.name == "a.journal.damaged1"
    assert [record["Record"] for record in records(path)].count("Repaired") == 2


def test_a_torn_end_is_dropped_with_the_rest(path: Path) -> None:
    """A torn end alone is not damage."""
    path.write_bytes(path.read_bytes() + b"0000")
    assert find_damages(path) == []
    damage(path, 3)

    repair(path, TIME_NS)

    assert path.read_bytes().endswith(b"\n")
    assert len(records(path)) == len(RECORDS)


def test_a_journal_in_use_is_refused(path: Path) -> None:
    """The order manager must be stopped first."""
    damage(path, 3)
    before = path.read_bytes()
    held = AppendFile.open(path)

    with pytest.raises(OperatorFault, match="another process is writing it"):
        repair(path, TIME_NS)

    held.close()
    assert path.read_bytes() == before
    assert names_beside(path) == ["a.journal"]


def test_a_lost_header_cannot_be_repaired(path: Path) -> None:
    """Its registrations are lost, so the file is not changed."""
    damage(path, 1)

    with pytest.raises(OperatorFault, match="line 1: the header is damaged"):
        repair(path, TIME_NS)

    assert names_beside(path) == ["a.journal"]


def test_a_line_that_replay_refuses_is_dropped(path: Path) -> None:
    """Otherwise the order manager could never start from what a repair leaves."""
    unreadable = REGISTER | {"Report": REGISTER["Report"] | {"FromSeq": 2**53 + 1}}
    journal = Journal.open(path, lambda _header: lambda _read: None)
    journal.append([msgspec.json.encode(record) for record in (unreadable, an_order(10))])
    journal.close()

    (lost,) = find_damages(path)
    repair(path, TIME_NS)

    assert (lost.first_line, lost.lines_lost, lost.orders_lost) == (len(RECORDS) + 1, 1, 0)
    assert find_damages(path) == []
    assert check_journal(path).problems_count == 0


def rewrite(path: Path, lines: Sequence[bytes]) -> None:
    """Replace the journal by these lines."""
    path.write_bytes(b"".join(lines))


def starts(path: Path) -> bool:
    """Return whether an order manager would start from the journal."""
    try:
        recovered = OrderSession.recover(path)
    except OperatorFault:
        return False
    assert recovered is not None
    recovered.close()
    return True


def test_missing_order_numbers_are_repaired(path: Path) -> None:
    """Lines that were removed leave whole lines: the start is refused, so a repair is needed."""
    lines = path.read_bytes().splitlines(keepends=True)
    rewrite(path, [*lines[:3], *lines[5:]])  # without the orders 6 and 7

    (lost,) = find_damages(path)
    assert check_journal(path).is_damaged
    assert not starts(path)
    repair(path, TIME_NS)

    assert (lost.first_line, lost.lines_lost, lost.orders_lost) == (4, 0, 2)
    assert lost.first_order_id == 6
    assert find_damages(path) == []
    assert not check_journal(path).is_damaged
    assert starts(path)


def test_fills_of_lost_orders_are_kept(path: Path) -> None:
    """Also of one whose loss only the fill shows; the orders after it tell the exact number."""
    filled = [*RECORDS[:4], *map(a_fill, (6, 5)), an_order(7), a_fill(7), an_order(8), an_order(9)]
    rewrite(path, list(map(json_line, filled)))
    damage(path, 4, 7)

    first, second = find_damages(path)
    repair(path, TIME_NS)

    assert (first.first_order_id, second.first_order_id) == (6, 7)
    assert first.orders_lost + second.orders_lost == 2
    assert [record["Record"] for record in records(path)].count("Execution") == 3
    assert not check_journal(path).is_damaged
    assert starts(path)


def test_order_numbers_that_come_twice_are_repaired(path: Path) -> None:
    """Two orders with one number are written by no order manager, but each line is whole."""
    lines = path.read_bytes().splitlines(keepends=True)
    rewrite(path, [*lines[:4], *lines[3:]])  # order 6 twice

    (lost,) = find_damages(path)
    assert not starts(path)
    repair(path, TIME_NS)

    assert (lost.first_line, lost.lines_lost, lost.orders_lost) == (5, 1, 0)
    assert starts(path)


def json_line(record: dict[str, Any]) -> bytes:
    """Return a record's line."""
    return encode_line(msgspec.json.encode(record))


# Its checksum matches and it is an order, but not as any order manager writes one.
WITHOUT_REPORT = encode_line(msgspec.json.encode(an_order(7)).replace(b',"Report"', b', "Report"'))


def spoil(lines: list[bytes], change: str, at: int) -> None:
    """Change the lines there; the header stays as it is."""
    here = slice(max(at, 1), max(at, 1) + 1)
    match change:
        case "drop":
            lines[here] = []
        case "twice":
            lines[here] = lines[here] * 2
        case "flip":
            lines[here] = [line[:20] + b"?" + line[21:] for line in lines[here]]
        case "swap":
            both = slice(here.start, here.start + 2)
            lines[both] = reversed(lines[both])
        case "strange":
            lines[here] = [WITHOUT_REPORT, *lines[here]]


@given(
    st.lists(
        st.tuples(st.sampled_from(["drop", "twice", "flip", "swap", "strange"]), st.integers(1, 9)),
        max_size=5,
    )
)
def test_check_repair_and_start_agree_on_any_damage(changes: Sequence[tuple[str, int]]) -> None:
    """What check finds whole starts; what it does not, starts after a repair."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "3DAA100000.journal"
        lines = list(map(json_line, [*RECORDS, a_fill(5), a_fill(9), a_fill(8)]))
        for change, number in changes:
            spoil(lines, change, min(number, len(lines) - 1))
        rewrite(path, lines)

        is_damaged = check_journal(path).is_damaged
        assert is_damaged is bool(find_damages(path)) is not starts(path)
        if is_damaged:
            repair(path, TIME_NS)

        assert find_damages(path) == []
        assert not check_journal(path).is_damaged
        assert starts(path)
