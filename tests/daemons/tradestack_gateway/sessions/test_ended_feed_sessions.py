"""Ended feed sessions that a client asks for, whole and unusable ones."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemons.tradestack_gateway.sessions.begun import (
    begin,
    damage_log,
    make_sessions,
    publish_all,
)
from tradestack.configs.gateway import GatewayConfig


def cut_log(directory: Path, session_id: str) -> None:
    """Take the last packet away."""
    path = directory / f"{session_id}.feed"
    os.truncate(path, path.stat().st_size - 64)


def cut_sidecar(directory: Path, session_id: str) -> None:
    """Leave a sidecar that cannot be decoded."""
    (directory / f"{session_id}.json").write_text("{")


def remove_sidecar(directory: Path, session_id: str) -> None:
    """Leave a log alone."""
    (directory / f"{session_id}.json").unlink()


def renew_format(directory: Path, session_id: str) -> None:
    """Leave a sidecar of another version."""
    (directory / f"{session_id}.json").write_text('{"format": 99}')


def put_directory(directory: Path, session_id: str) -> None:
    """Leave a log that cannot be read."""
    (directory / f"{session_id}.feed").unlink()
    (directory / f"{session_id}.feed").mkdir()


def forget_end(directory: Path, session_id: str) -> None:
    """Leave a session without an end."""
    path = directory / f"{session_id}.json"
    path.write_bytes(path.read_bytes().replace(b'"ended":true', b'"ended":false'))


@pytest.mark.parametrize(
    "harm",
    [damage_log, cut_log, cut_sidecar, remove_sidecar, renew_format, put_directory, forget_end],
)
def test_unusable_ended_session_is_not_served(
    tmp_path: Path,
    config: GatewayConfig,
    harm: Callable[[Path, str], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There is one error in the log, however often it is asked for."""
    sessions = make_sessions(tmp_path)
    ended = begin(sessions, config)
    publish_all(ended)
    current = begin(sessions, config, ended)
    sessions.close()
    harm(tmp_path, ended.session_id)
    sessions = make_sessions(tmp_path)
    caplog.clear()

    assert [sessions.ended_log(ended.session_id) for _ in range(3)] == [None] * 3

    assert caplog.text.count(f"session={ended.session_id} is not served") <= 1
    assert sessions.newest is not None
    assert sessions.newest.session_id == current.session_id
    current.close()


def test_locked_log_is_served_when_it_is_free_again(tmp_path: Path, config: GatewayConfig) -> None:
    """A backup program may hold it for a while."""
    sessions = make_sessions(tmp_path)
    ended = begin(sessions, config)
    current = begin(sessions, config, ended)
    sessions.close()
    sessions = make_sessions(tmp_path)
    with (tmp_path / f"{ended.session_id}.feed").open("rb") as backup:
        fcntl.flock(backup, fcntl.LOCK_EX)
        assert sessions.ended_log(ended.session_id) is None

    assert sessions.ended_log(ended.session_id) is not None
    sessions.close()
    current.close()


@pytest.mark.parametrize("session_id", ["", "../../etc", "AAAAAAAAAA", "current"])
def test_other_ids_are_no_ended_sessions(
    tmp_path: Path, config: GatewayConfig, session_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A client may ask for anything; that is not worth a line."""
    sessions = make_sessions(tmp_path)
    current = begin(sessions, config)
    caplog.clear()

    assert sessions.ended_log(session_id) is None
    assert caplog.text == ""
    current.close()
