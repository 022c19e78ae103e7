"""Faults of a session that only its files tell: torn ends, repaired lines, what was malformed."""

from pathlib import Path

import pytest

from tests.ctl.verify.traded import order
from tests.kit.recorded_session import RecordedSession, trades
from tests.report.agreement import report_of
from tradestack.ctl.main import run
from tradestack.report.building.torn_ends import torn_ends


def test_an_unfinished_end_is_left_out_and_counted(tmp_path: Path) -> None:
    """Of the log a part of a packet, of a journal a part of a line."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100", "101"))
        log, journal = recorded.log.path, recorded.journal
        assert torn_ends(log, [journal]) == 0
        for path in (log, journal):
            with path.open("ab") as file:
                file.write(b"half of it")

        assert torn_ends(log, [journal]) == 2
        report = report_of(tmp_path)

    assert report["faults"]["tails_cut"] == 2
    assert report["feed"]["ticks"] == 2
    assert log.name in report["provenance"]["remarks"][0]


def test_lines_of_statistics_that_cannot_be_read_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of all daemons, also of one that has no other line; without a file nothing is known."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        without = report_of(tmp_path)["faults"]
        name = recorded.log.path.with_suffix(".stats").name
        for daemon in ("gateway", "strategy-news"):
            (tmp_path / "state" / daemon).mkdir(exist_ok=True)
            (tmp_path / "state" / daemon / name).write_bytes(b'{"time":1}\nno JSON\n{"time":')

        faults = report_of(tmp_path)["faults"]
        assert run(["report", "--state-dir", str(tmp_path)]) == 0

    assert (without["statistics_cut"], without["statistics_unreadable"]) == (None, None)
    assert (faults["statistics_cut"], faults["statistics_unreadable"]) == (2, 4)
    assert "lines of statistics cut 2, unreadable 4" in capsys.readouterr().out


def test_a_journal_that_is_damaged_in_the_middle_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is no report of half of the orders."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("a", 1))
        content = bytearray(recorded.journal.read_bytes())
        content[len(content) // 2] ^= 1
        recorded.journal.write_bytes(content)

        assert run(["report", "--state-dir", str(tmp_path)]) == 78

    assert "damaged" in capsys.readouterr().err
