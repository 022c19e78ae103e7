"""All feed sessions of a state directory: order, ends, and remains of a killed process."""

import dataclasses
import errno
import logging
import os
from pathlib import Path

import pytest

from tests.daemons.tradestack_gateway.sessions.begun import (
    BAD_ROW,
    begin,
    damage_log,
    make_sessions,
    publish_all,
    resume,
)
from tests.daemons.tradestack_gateway.sessions.recorded import recorded_sidecars
from tests.kit.clock import FakeClock
from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tests.kit.disk_calls import fail_with, record_disk_calls
from tests.kit.open_files import removed_but_open
from tradestack.configs.gateway import AtEnd, GatewayConfig
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault


def test_ids_ascend_when_the_clock_is_set_back(tmp_path: Path, config: GatewayConfig) -> None:
    """They decide which session is the newest."""
    clock = FakeClock(wall_offset_ns=10**18)
    sessions = make_sessions(tmp_path, clock)

    started = []
    for _ in range(3):
        started.append(clock.wall_ns())
        begin(sessions, config).close()
        clock.wall_offset_ns -= 3_600 * NANOSECONDS_PER_SECOND

    sidecars = recorded_sidecars(tmp_path)
    ids = [sidecar.session_id for sidecar in sidecars]
    assert ids == sorted(set(ids))
    assert [sidecar.start_time_ns for sidecar in sidecars] == started
    assert make_sessions(tmp_path).newest == sidecars[-1]
    assert sessions.started_total == 3


def test_beginning_ends_earlier_sessions(tmp_path: Path, config: GatewayConfig) -> None:
    """This includes sessions that a killed process left without an end."""
    begin(make_sessions(tmp_path), config).close()
    begin(make_sessions(tmp_path), config).close()

    assert [sidecar.ended for sidecar in recorded_sidecars(tmp_path)] == [True, False]


def test_same_sources_continue_the_session(
    tmp_path: Path, config: GatewayConfig, caplog: pytest.LogCaptureFixture
) -> None:
    """The files are not checked again; a changed file begins another session, as the log says."""
    caplog.set_level(logging.INFO)
    begun = begin(make_sessions(tmp_path), config)
    begun.close()

    resumed = resume(make_sessions(tmp_path), config)
    assert resumed is not None
    assert resumed.session_id == begun.session_id
    resumed.close()

    assert config.prices is not None
    write(Path(config.prices[0]), PRICES_HEADER + price_rows(8))
    assert resume(make_sessions(tmp_path), config) is None
    expected = f"session={begun.session_id} is not continued, as prices: {config.prices[0]}: size_"
    assert expected in caplog.text


@pytest.mark.parametrize(("at_end", "continues"), [(AtEnd.HOLD, False), (AtEnd.END_SESSION, True)])
def test_ended_session_is_resumed_for_readers_only(
    tmp_path: Path, config: GatewayConfig, at_end: AtEnd, continues: bool
) -> None:
    """With "end-session" it is only served; otherwise another session begins."""
    sessions = make_sessions(tmp_path)
    begun = begin(sessions, config)
    sessions.end(begun)
    sessions.close()

    sessions = make_sessions(tmp_path)
    resumed = resume(sessions, dataclasses.replace(config, at_end=at_end))

    assert (resumed is not None) == continues
    log = sessions.ended_log(begun.session_id)
    assert log is not None
    assert log.ended
    if resumed is not None:
        resumed.close()
    sessions.close()


def test_bad_rows_are_reported_once(
    tmp_path: Path, config: GatewayConfig, caplog: pytest.LogCaptureFixture
) -> None:
    """The check reports them; playing or continuing the session does not."""
    session = begin(make_sessions(tmp_path), config)
    publish_all(session)
    session.close()
    resumed = resume(make_sessions(tmp_path), config)
    assert resumed is not None
    publish_all(resumed)
    resumed.close()

    assert caplog.text.count("row refused") == 1
    assert resumed.row_counts.rejected == 1


def test_bad_rows_beyond_the_check_are_reported_when_read(
    tmp_path: Path, config: GatewayConfig, caplog: pytest.LogCaptureFixture
) -> None:
    """The file is too large to be checked to its end."""
    config = dataclasses.replace(config, validate_bytes_max=0)
    assert config.prices is not None
    write(Path(config.prices[0]), PRICES_HEADER + price_rows(9_000) + BAD_ROW)
    session = begin(make_sessions(tmp_path), config)
    shown_before = caplog.text.count("row refused")

    publish_all(session)
    session.close()

    assert (shown_before, caplog.text.count("row refused")) == (0, 1)


def test_bad_file_is_an_operator_fault(tmp_path: Path, config: GatewayConfig) -> None:
    """The fault has file and line, and no session begins."""
    assert config.prices is not None
    write(Path(config.prices[0]), PRICES_HEADER + BAD_ROW)

    with pytest.raises(OperatorFault) as fault:
        begin(make_sessions(tmp_path), config)

    assert fault.value.where == f"{config.prices[0]}: line 2"
    assert recorded_sidecars(tmp_path) == []


def test_unfinished_beginnings_are_removed(tmp_path: Path, config: GatewayConfig) -> None:
    """An empty log without a sidecar is deleted; any other log stays."""
    begun = begin(make_sessions(tmp_path), config)
    begun.close()
    (tmp_path / "0000000000.feed").write_bytes(b"not empty")
    (tmp_path / "ZZZZZZZZZZ.feed").touch()

    make_sessions(tmp_path)

    logs = sorted(path.stem for path in tmp_path.glob("*.feed"))
    assert logs == ["0000000000", begun.session_id]


def test_current_session_is_not_pruned(tmp_path: Path, config: GatewayConfig) -> None:
    """A file whose name sorts after it makes no difference."""
    sessions = make_sessions(tmp_path)
    first = begin(sessions, config)
    current = begin(sessions, config, first)
    (tmp_path / "ZZZZZZZZZZ.feed").touch()

    sessions.prune(1, in_use=())

    assert sorted(path.stem for path in tmp_path.glob("*.feed")) == [
        current.session_id,
        "ZZZZZZZZZZ",
    ]
    assert sessions.ended_log(first.session_id) is None
    current.close()
    sessions.close()


def test_clients_that_leave_cost_no_look_at_the_directory(
    tmp_path: Path, config: GatewayConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever one leaves, what is beyond `sessions_kept` is removed: mostly nothing."""
    left = begin(make_sessions(tmp_path), config)
    left.close()
    sessions = make_sessions(tmp_path)
    second = begin(sessions, config)
    current = begin(sessions, config, second)
    with monkeypatch.context() as unreadable:
        for call in ("listdir", "scandir", "open", "stat"):
            unreadable.setattr(os, call, fail_with(errno.EACCES))
        assert sessions.prune(3, in_use=()) == []

    assert sessions.prune(1, in_use={left.session_id}) == [second.session_id]
    assert sessions.prune(1, in_use=()) == [left.session_id]
    assert recorded_sidecars(tmp_path) == [current.sidecar]
    current.close()
    sessions.close()


def test_sessions_left_open_are_synced_before_their_end_is_on_record(
    tmp_path: Path, config: GatewayConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that wrote them may have died a moment ago, and the machine may die next."""
    left = begin(make_sessions(tmp_path), config)
    publish_all(left)
    left.close()
    calls = record_disk_calls(monkeypatch)

    begin(make_sessions(tmp_path), config).close()

    synced = calls.index(("sync", f"{left.session_id}.feed"))
    assert synced < calls.index(("rename", f"{left.session_id}.json"))


def test_damaged_session_left_open_does_not_keep_another_from_beginning(
    tmp_path: Path, config: GatewayConfig, caplog: pytest.LogCaptureFixture
) -> None:
    """Its sources are others now, so it is not to be continued."""
    left = begin(make_sessions(tmp_path), config)
    publish_all(left)
    left.close()
    damage_log(tmp_path, left.session_id)

    begin(make_sessions(tmp_path), config).close()

    assert f"session={left.session_id} is not served" in caplog.text
    assert [sidecar.ended for sidecar in recorded_sidecars(tmp_path)] == [False, False]


@pytest.mark.parametrize("call", ["replace", "fdatasync", "fsync"])
def test_session_goes_on_when_another_cannot_begin(
    tmp_path: Path, config: GatewayConfig, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Neither now nor after a restart is it over, and the other one has left nothing."""
    sessions = make_sessions(tmp_path)
    current = begin(sessions, config)
    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail_with(errno.ENOSPC))
        with pytest.raises(OSError, match="No space"):
            begin(sessions, config, current)

    assert not current.log.ended
    assert recorded_sidecars(tmp_path) == [current.sidecar] == [make_sessions(tmp_path).newest]
    assert not current.sidecar.ended
    current.close()


def test_session_that_cannot_be_removed_is_logged(
    tmp_path: Path,
    config: GatewayConfig,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The daemon goes on, and tries again when the next session begins."""
    sessions = make_sessions(tmp_path)
    first = begin(sessions, config)
    current = begin(sessions, config, first)
    with monkeypatch.context() as broken:
        broken.setattr(os, "unlink", fail_with(errno.EROFS))
        sessions.prune(1, in_use=())
        sessions.prune(1, in_use=())

    assert caplog.text.count("it cannot be removed: [Errno 30] Read-only file system") == 1
    sessions.prune(1, in_use=())
    assert recorded_sidecars(tmp_path) == [current.sidecar]
    current.close()


def test_logs_that_somebody_has_removed_are_closed(tmp_path: Path, config: GatewayConfig) -> None:
    """Otherwise their space is free only when the process ends; a client may still read one."""
    sessions = make_sessions(tmp_path)
    first = begin(sessions, config)
    second = begin(sessions, config, first)
    current = begin(sessions, config, second)
    for session in (first, second):
        session.log.path.unlink()

    sessions.close_removed(in_use={second.session_id})
    assert removed_but_open(".feed") == {second.session_id}
    assert sessions.ended_log(second.session_id) is second.log
    assert sessions.ended_log(first.session_id) is None

    sessions.close_removed(in_use=())
    assert removed_but_open(".feed") == set()
    current.close()
    sessions.close()
