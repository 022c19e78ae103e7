"""prune: which sessions are deleted."""

import os
from pathlib import Path

import msgspec
import pytest

from tests.kit.other_user import needs_root
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER
from tradestack.ctl.verbs.host.prune import SESSION_FILES, sessions_to_remove
from tradestack.domain.session_id import session_begin_ns
from tradestack.store.journal import Journal
from tradestack.store.statistics_file import day_of
from tradestack.wire.journal.account_records import AccountRecord, EndedRecord
from tradestack.wire.journal.order_journal import encode_record

SUFFIXES = SESSION_FILES[GATEWAY]


def make_session(directory: Path, session_id: str) -> None:
    """Create a feed session; the older its id, the newer its files, as if the clock went back."""
    directory.mkdir(parents=True, exist_ok=True)
    for suffix in SUFFIXES:
        path = directory / f"{session_id}{suffix}"
        path.write_bytes(b"12345")
        os.utime(path, ns=(0, (1000 - ord(session_id[0])) * 86_400 * 10**9))


@pytest.mark.parametrize(
    ("keep", "current", "removed"),
    [
        (3, None, ["A"]),
        (1, None, ["A", "B", "C"]),
        (1, "B", ["A", "C"]),
        (1, "D", ["A", "B", "C"]),
        (9, None, []),
    ],
)
def test_the_newest_and_the_current_session_are_kept(
    tmp_path: Path, keep: int, current: str | None, removed: list[str]
) -> None:
    """All others are listed, oldest first by their ids; file times do not matter."""
    for session in "BDAC":
        make_session(tmp_path, session)

    old_sessions = sessions_to_remove(tmp_path, SUFFIXES, keep=keep, current=current)

    assert [old.session_id for old in old_sessions] == removed
    assert all(old.size_bytes == 5 * len(SUFFIXES) for old in old_sessions)


def test_without_daemons_the_newest_session_is_kept(tmp_path: Path) -> None:
    """A stopped stack finds the session that it will continue."""
    state = tmp_path / "state"
    for session in "AB":
        make_session(state / "gateway", session)
    (state / "gateway/other.txt").touch()

    status = run(
        ["prune", "--keep", "1", "--state-dir", str(state), "--runtime-dir", str(tmp_path)]
    )

    assert status == ExitStatus.DONE
    names = sorted(path.name for path in (state / "gateway").iterdir())
    assert names == ["B.crc", "B.feed", "B.json", "B.stats", "other.txt"]


def test_order_sessions_that_a_strategy_reads_again_are_kept(tmp_path: Path) -> None:
    """Those that the newest one names, of accounts that go on."""
    directory = tmp_path / "state" / ORDER_MANAGER
    directory.mkdir(parents=True)
    sessions = [f"3DAA10000{number}" for number in range(5)]
    for session in sessions:
        journal = Journal.create(directory / f"{session}.journal")
        if session == sessions[-1]:
            journal.append(
                [
                    encode_record(an_account("news", sessions[1:2])),
                    encode_record(an_account("other", sessions[2:3])),
                    encode_record(
                        EndedRecord(time_ns=1, user="other", feed_session="3DAA200000", feed_seq=1)
                    ),
                ]
            )
        journal.close()

    run(["prune", "--keep", "1", "--state-dir", str(tmp_path / "state"), "--runtime-dir", "/none"])

    assert sorted(path.stem for path in directory.iterdir()) == [sessions[1], sessions[4]]


def an_account(user: str, sessions: list[str]) -> AccountRecord:
    """An account that had these order sessions before."""
    return AccountRecord(
        time_ns=1,
        user=user,
        feed_session="3DAA200000",
        order_sessions=tuple(sessions),
        execution=msgspec.Raw(b"{}"),
        state=msgspec.Raw(b"{}"),
    )


def test_without_keep_the_configuration_says_how_many(tmp_path: Path) -> None:
    """Each daemon's own: orders are kept for longer than the feed."""
    state, config = tmp_path / "state", tmp_path / "config"
    orders = state / ORDER_MANAGER
    orders.mkdir(parents=True)
    config.mkdir()
    for session in "ABCDEF":
        make_session(state / GATEWAY, session)
        Journal.create(orders / f"{session}.journal").close()
    where = ("--state-dir", state, "--config-dir", config, "--runtime-dir", tmp_path)
    words = ["prune", *map(str, where)]

    assert run(words) == ExitStatus.DONE
    assert names_in(orders) == [f"{session}.journal" for session in "ABCDEF"]  # 30, by default
    assert len(list((state / GATEWAY).glob("*.feed"))) == 3

    (config / "order-manager.toml").write_text("sessions_kept = 4\n")
    (config / "gateway.toml").write_text("sessions_kept = 2\n")
    assert run(words) == ExitStatus.DONE
    assert names_in(orders) == [f"{session}.journal" for session in "CDEF"]
    assert len(list((state / GATEWAY).glob("*.feed"))) == 2

    (config / "order-manager.toml").write_text("sessions_kept = none\n")
    assert run(words) == ExitStatus.OPERATOR_FAULT
    assert len(names_in(orders)) == 4


@pytest.mark.parametrize("keep", ["0", "-1", "some"])
def test_keep_must_be_at_least_one(keep: str) -> None:
    """Any other value of --keep is a usage error."""
    with pytest.raises(SystemExit) as raised:
        run(["prune", f"--keep={keep}"])

    assert raised.value.code == 2


def test_what_strategies_recorded_goes_with_its_feed_sessions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of sessions that are kept it stays, as do the newest where no gateway is, and other files."""
    state = tmp_path / "state"
    for session in "ABCD":
        make_session(state / "gateway", session)
    for name, sessions in (("strategy-news", "ABCD"), ("strategy-late", "BX")):
        (state / name).mkdir()
        for session in sessions:
            (state / name / f"{session}.stats").write_bytes(b"12")
    (state / "strategy-news" / "A.notes").touch()
    (state / "strategy-file").touch()
    words = ("prune", "--keep", "2", "--state-dir", str(state), "--runtime-dir", str(tmp_path))

    run([*words, "--dry-run"])
    announced = capsys.readouterr().out
    run(words)

    assert capsys.readouterr().out == announced
    assert "strategy-news session A: 2 bytes\n" in announced
    assert names_in(state / "strategy-news") == ["A.notes", "C.stats", "D.stats"]
    assert names_in(state / "strategy-late") == ["B.stats", "X.stats"]

    run(["prune", "--keep", "1", *words[3:]])
    assert names_in(state / "strategy-late") == ["X.stats"]


def test_what_the_other_daemons_recorded_goes_with_the_feed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exporter's with its feed sessions, the days of others before the oldest that is kept."""
    state = tmp_path / "state"
    sessions = ("3AAA200000", "3BAA200000", "3CAA200000")
    days = [day_of(session_begin_ns(session)) for session in sessions]
    for session in sessions:
        make_session(state / "gateway", session)
    for name, files in (("exporter", sessions), ("fix", days), ("grpc", days), ("web", days)):
        (state / name).mkdir()
        for file in files:
            (state / name / f"{file}.stats").write_bytes(b"12")
    (state / "fix" / f"{days[0]}.numbers").touch()

    run(["prune", "--keep", "2", "--state-dir", str(state), "--runtime-dir", str(tmp_path)])

    assert f"fix day {days[0]}: 2 bytes\n" in capsys.readouterr().out
    kept = [f"{day}.stats" for day in days[1:]]
    assert names_in(state / "exporter") == [f"{each}.stats" for each in sessions[1:]]
    assert names_in(state / "fix") == [f"{days[0]}.numbers", *kept]
    assert names_in(state / "grpc") == names_in(state / "web") == kept


@needs_root
def test_root_removes_no_more_than_a_strategy_could(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its directory may have become a link to one of somebody else."""
    foreign, state = tmp_path / "foreign", tmp_path / "state"
    for directory in (foreign, state):
        directory.mkdir()
    for session in "AB":
        (foreign / f"{session}.stats").touch()
    (state / "strategy-news").symlink_to(foreign)

    status = run(
        ["prune", "--keep", "1", "--state-dir", str(state), "--runtime-dir", str(tmp_path)]
    )

    assert status == ExitStatus.OPERATOR_FAULT
    assert "is a link" in capsys.readouterr().err
    assert names_in(foreign) == ["A.stats", "B.stats"]


def names_in(directory: Path) -> list[str]:
    """The names of the files in a directory, sorted."""
    return sorted(path.name for path in directory.iterdir())
