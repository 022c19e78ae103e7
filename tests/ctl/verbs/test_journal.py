"""journal: the reports on the daemons' files, and repairs of order journals."""

import re
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.ctl.verbs.journal_records import HEADER, Output, an_order
from tradestack.ctl.check.findings import PROBLEMS_LISTED_MAX
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.store.journal import Journal


def damage(path: Path, line: int) -> None:
    """Change a byte within that line."""
    lines = path.read_bytes().split(b"\n")
    lines[line - 1] = lines[line - 1].replace(b"Time", b"time", 1)
    path.write_bytes(b"\n".join(lines))


def test_check_summarises_a_journal(journal: Path, capsys: Output) -> None:
    """The summary has session, records, order numbers and users."""
    assert run(["journal", "check", str(journal)]) == ExitStatus.DONE

    assert capsys.readouterr().out == (
        f"{journal}: session 3DAA100000, format 1, begun 2026-11-22T12:00:00.000000Z; "
        "7 records (1 Session, 1 Register, 3 Order, 1 Malformed, 1 LogReopened); "
        "orders 7 to 9; users: news 3, other 2\n"
    )


def test_check_reports_damage_by_line_and_byte(journal: Path, capsys: Output) -> None:
    """Damage changes the exit status; an unfinished line at the end does not."""
    journal.write_bytes(journal.read_bytes() + b"torn")
    assert run(["journal", "check", str(journal)]) == ExitStatus.DONE
    assert "torn end: 4 bytes at byte" in capsys.readouterr().out
    damage(journal, 3)

    assert run(["journal", "check", str(journal)]) == ExitStatus.OPERATOR_FAULT

    lines = journal.read_bytes().split(b"\n")
    offset, size = sum(len(line) + 1 for line in lines[:2]), len(lines[2]) + 1
    place = f"  DAMAGED line 3 at byte {offset:,}: {size:,} bytes, the checksum does not match\n"
    assert place in capsys.readouterr().out


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ([HEADER, an_order(7), an_order(9)], r"line 3 at byte \d+: .*: order 9 follows order 7"),
        ([an_order(7)], "line 1 at byte 0: .*: format version None, not 1 or 2"),
        ([HEADER | {"Version": 9}], "line 1 at byte 0: .*: format version 9, not 1 or 2"),
        ([HEADER, HEADER], "line 2 at byte 127: .*: a second session header"),
        ([HEADER, {"Time": 1}], "line 2 at byte 127: .*: Object missing required field `Record`"),
        ([HEADER, [1]], "line 2 at byte 127: .*: Expected `object`, got `array`"),
        ([HEADER, {"Record": "Order"}], "line 2 at byte 127: .*: Object missing required field"),
    ],
)
def test_check_reports_invalid_records_with_valid_checksums(
    tmp_path: Path, capsys: Output, records: list[Any], problem: str
) -> None:
    """Lines that were removed or written by another program are reported."""
    path = tmp_path / "a.journal"
    file = Journal.create(path)
    file.append([msgspec.json.encode(record) for record in records])
    file.close()

    assert run(["journal", "check", str(path)]) == ExitStatus.OPERATOR_FAULT

    assert re.search(f"\n  DAMAGED {problem}", capsys.readouterr().out)


def test_the_number_of_reported_places_is_limited(journal: Path, capsys: Output) -> None:
    """Beyond PROBLEMS_LISTED_MAX, damaged places are only counted."""
    with journal.open("a") as file:
        file.write("something else\n" * 1_000)

    run(["journal", "check", str(journal)])

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == PROBLEMS_LISTED_MAX + 2
    assert lines[-1] == f"  DAMAGED in {1_000 - PROBLEMS_LISTED_MAX} more places"


def test_show_prints_a_line_for_each_record(journal: Path, capsys: Output) -> None:
    """Control characters that a client sent are not printed."""
    damage(journal, 6)
    run(["journal", "show", str(journal)])

    out = capsys.readouterr().out
    assert "\x1b" not in out
    lines = [line.split(maxsplit=3) for line in out.splitlines()]
    assert [line[0] for line in lines] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [line[3] for line in lines[:5]] == [
        "Session 3DAA100000, format 1, next order 7, 0 registrations carried over",
        "Register Instance news, ConfigHash c0ffee, FeedSession 3DAA200000, Head 100, "
        "Start now: from 101",
        "Order 7 BUY 10 SPY LIMIT DAY at 168.5 ClOrdID=c7: NEW",
        "Malformed ClOrdID=: REJECTED OTHER ?[2J no Side",
        "LogReopened after order 7",
    ]
    assert lines[5][1] == "DAMAGED,"


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--user", "other"], ["4", "6"]),
        (["--from", "6"], ["6", "7"]),
        (["--user", "news", "--from", "3"], ["3", "7"]),
        (["--user", "nobody"], []),
    ],
)
def test_show_selects_by_user_and_line(
    journal: Path, capsys: Output, options: list[str], numbers: list[str]
) -> None:
    """--user and --from limit the records that are printed."""
    run(["journal", "show", str(journal), *options])

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == numbers


def test_repair_changes_the_file_only_with_yes(journal: Path, capsys: Output) -> None:
    """Without --yes, the loss is printed; with it, the original file is kept as a backup."""
    damage(journal, 6)
    before = journal.read_bytes()

    assert run(["journal", "repair", str(journal)]) == ExitStatus.REFUSED

    out = capsys.readouterr().out
    content = before.split(b"\n")[5]
    offset = before.index(content)
    loss = f"line 6, {len(content) + 1} bytes at byte {offset:,}: order 8 lost at most; "
    assert out.startswith(f"{loss}begins with b'")
    assert b'"Order","time":' in content
    assert "nothing was changed" in out
    assert journal.read_bytes() == before

    assert run(["journal", "repair", "--yes", str(journal)]) == ExitStatus.DONE

    assert run(["journal", "check", str(journal)]) == ExitStatus.DONE
    assert "line 6: a repair dropped 1 lines" in capsys.readouterr().out
    assert (journal.parent / f"{journal.name}.damaged").read_bytes() == before


def test_an_undamaged_journal_needs_no_repair(journal: Path, capsys: Output) -> None:
    """The file is not changed, and no backup is made."""
    assert run(["journal", "repair", "--yes", str(journal)]) == ExitStatus.DONE

    assert "nothing to repair" in capsys.readouterr().out
    assert list(journal.parent.iterdir()) == [journal]


def test_lines_begin_with_the_crc_of_their_payload(journal: Path) -> None:
    """The first 8 characters of a line are the CRC-32 of its payload in hexadecimal."""
    first = journal.read_bytes().split(b"\n")[0]

    assert int(first[:8], 16) == zlib.crc32(first[9:])


@pytest.mark.parametrize("action", ["check", "show", "repair"])
def test_a_missing_file_is_an_error(tmp_path: Path, action: str) -> None:
    """Every action fails with status 1 for a file that does not exist."""
    assert run(["journal", action, str(tmp_path / "none.journal")]) == ExitStatus.REFUSED


def test_check_says_in_one_line_that_a_file_is_no_journal(tmp_path: Path, capsys: Output) -> None:
    """Every line of another file would be reported as damaged."""
    path = tmp_path / "prices.journal"
    path.write_text("timestamp,symbol,price\n" * 50)

    assert run(["journal", "check", str(path)]) != ExitStatus.DONE
    output = capsys.readouterr().out
    assert "not an order journal" in output
    assert output.count("\n") == 2
