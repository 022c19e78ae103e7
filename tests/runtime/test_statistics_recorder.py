"""The recorder of statistics: once a minute, in the file of the session, and never a fault."""

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.kit.clock import FakeClock
from tradestack.runtime.statistics_recorder import (
    STATISTICS_KEPT,
    StatisticsRecorder,
    remove_old_statistics,
)
from tradestack.store.statistics_file import STATISTICS_INTERVAL_NS, read_statistics_file

SESSION, NEXT_SESSION = "3DAA200000", "3DAA200001"
DAY_S = 86_400


class Counting:
    """A daemon that has published as many ticks as its clock has nanoseconds."""

    def __init__(self, directory: Path | None) -> None:
        self.clock = FakeClock(1, wall_offset_ns=1_000)
        self.session = SESSION
        self.recorder = StatisticsRecorder(directory, self.stats, since_ns=7, clock=self.clock)

    def stats(self) -> dict[str, Any]:
        """The stats as the overview of a daemon returns them."""
        use = {"cpu_seconds": 0.5, "rss_bytes": 10, "rss_peak_bytes": 20}
        return {"session": self.session, "head": self.clock.now_ns, **use}

    def without_session(self) -> dict[str, Any]:
        """The stats of a daemon that has none."""
        return {name: value for name, value in self.stats().items() if name != "session"}

    def pass_time(self, seconds: float) -> None:
        """Let time pass, and look."""
        self.clock.now_ns += int(seconds * 1_000_000_000)
        self.recorder.look(self.clock.now_ns)


def heads(path: Path) -> list[int]:
    """What the lines of a file counted."""
    return [line.stats["head"] for line in read_statistics_file(path).lines]


def test_a_line_a_minute(tmp_path: Path) -> None:
    """Looking more often records no more, and the directory is made."""
    daemon = Counting(tmp_path / "state")
    for _ in range(150):
        daemon.pass_time(1)

    path = tmp_path / "state" / f"{SESSION}.stats"
    first = read_statistics_file(path).lines[0]

    assert heads(path) == [STATISTICS_INTERVAL_NS + 1, 2 * STATISTICS_INTERVAL_NS + 1]
    assert (first.time, first.since) == (STATISTICS_INTERVAL_NS + 1_001, 7)
    assert first.stats == {"session": SESSION, "head": STATISTICS_INTERVAL_NS + 1}
    assert (first.process.cpu_seconds, first.process.rss_bytes) == (0.5, 10)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_each_session_has_a_file_of_its_own(tmp_path: Path) -> None:
    """The end of a session is recorded in its file, what follows in the next one."""
    daemon = Counting(tmp_path)
    daemon.recorder.record()
    daemon.session = NEXT_SESSION
    daemon.pass_time(60)

    assert heads(tmp_path / f"{SESSION}.stats") == [1]
    assert heads(tmp_path / f"{NEXT_SESSION}.stats") == [STATISTICS_INTERVAL_NS + 1]


def test_a_daemon_without_sessions_has_a_file_for_each_day(tmp_path: Path) -> None:
    """By UTC; the same one after a restart, and the oldest days go."""
    daemon = Counting(tmp_path)
    daemon.recorder = StatisticsRecorder(
        tmp_path, daemon.without_session, since_ns=7, clock=daemon.clock
    )
    daemon.recorder.record()
    daemon.pass_time(60)
    daemon.pass_time(DAY_S)
    (tmp_path / "ACME.numbers").touch()

    assert len(heads(tmp_path / "1970-01-01.stats")) == 2
    assert len(heads(tmp_path / "1970-01-02.stats")) == 1

    for _ in range(STATISTICS_KEPT):
        daemon.pass_time(DAY_S)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == STATISTICS_KEPT + 1
    assert (names[0], names[-1]) == ("1970-01-03.stats", "ACME.numbers")


@pytest.mark.parametrize("session", ["", None, "../../etc/x", "3DAA20000"])
def test_what_is_not_a_session_names_no_file(tmp_path: Path, session: Any) -> None:
    """A strategy takes the name of a session from a server."""
    daemon = Counting(tmp_path)
    daemon.session = session
    daemon.recorder.record()

    assert not list(tmp_path.iterdir())


def test_without_a_directory_nothing_is_recorded() -> None:
    """A strategy that somebody runs by hand has none."""
    Counting(None).pass_time(60)


def test_a_fault_is_one_warning_until_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The daemon goes on, and records again when that is possible."""
    caplog.set_level(logging.WARNING)
    directory = tmp_path / "state"
    directory.write_text("in its place")
    daemon = Counting(directory)
    for _ in range(3):
        daemon.pass_time(60)
    directory.unlink()
    daemon.pass_time(60)

    assert len(caplog.records) == 1
    assert "statistics are not recorded" in caplog.text
    assert heads(directory / f"{SESSION}.stats") == [4 * STATISTICS_INTERVAL_NS + 1]


def test_statistics_without_a_session_s_files_are_bounded(tmp_path: Path) -> None:
    """The oldest go; those whose session has other files go with it."""
    sessions = [f"3DAA{number:06d}" for number in range(STATISTICS_KEPT + 3)]
    for session in sessions:
        (tmp_path / f"{session}.stats").touch()
    (tmp_path / f"{sessions[0]}.feed").touch()
    (tmp_path / "notes.stats").touch()

    remove_old_statistics(tmp_path, STATISTICS_KEPT)

    left = {path.name for path in tmp_path.iterdir()}
    assert f"{sessions[0]}.stats" in left
    assert f"{sessions[1]}.stats" not in left
    assert f"{sessions[3]}.stats" in left
    assert len(left) == STATISTICS_KEPT + 3
