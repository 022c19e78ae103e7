"""The files of a state directory: which session is the newest, and what is wrong with others."""

from pathlib import Path

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack.sessions.sidecar import Sidecar
from tradestack_gateway.sessions.session_files import SessionFiles

OLD, NEW = "AAAAAAAAAA", "BBBBBBBBBB"


def save_session(directory: Path, session_id: str) -> Sidecar:
    """Write the files of a session."""
    sidecar = Sidecar(session_id=session_id, start_time_ns=1, sources={})
    sidecar.save(directory)
    (directory / f"{session_id}.feed").write_bytes(b"ticks")
    return sidecar


def test_session_with_the_last_id_is_the_newest(tmp_path: Path) -> None:
    """Other files in the directory are not sessions."""
    newest = save_session(tmp_path, NEW)
    save_session(tmp_path, OLD)
    (tmp_path / "notes.json").write_text("{}")

    assert SessionFiles(tmp_path).newest() == newest
    assert SessionFiles(tmp_path).session_ids() == [OLD, NEW]


@pytest.mark.parametrize("content", [None, b"{", b'{"format": 99}', b'{"format": 2}'])
def test_unusable_sidecar_of_the_newest_session_is_refused(
    tmp_path: Path, content: bytes | None
) -> None:
    """The fault names it, and every file to be moved for a new session to begin."""
    for session_id in (OLD, NEW):
        save_session(tmp_path, session_id)
        path = tmp_path / f"{session_id}.json"
        path.unlink() if content is None else path.write_bytes(content)

    with pytest.raises(OperatorFault) as fault:
        SessionFiles(tmp_path).newest()

    assert fault.value.where == str(tmp_path / f"{NEW}.json")
    assert f"move {OLD}.* {NEW}.* to another directory" in fault.value.remedy


@pytest.mark.parametrize("content", [None, b"{", b'{"format": 99}'])
def test_unusable_sidecar_of_an_older_session_is_logged_once(
    tmp_path: Path, content: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    """It costs that session only."""
    newest = save_session(tmp_path, NEW)
    save_session(tmp_path, OLD)
    path = tmp_path / f"{OLD}.json"
    path.unlink() if content is None else path.write_bytes(content)
    files = SessionFiles(tmp_path)

    assert [files.newest(), files.newest()] == [newest, newest]
    assert caplog.text.count(f"session={OLD} is not served: {path} ") == 1


def test_sidecar_without_a_log_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing of that session can be continued."""
    older = save_session(tmp_path, OLD)
    save_session(tmp_path, NEW)
    (tmp_path / f"{NEW}.feed").unlink()

    assert SessionFiles(tmp_path).newest() == older
    assert f"session={NEW} is not served: {tmp_path / NEW}.feed is missing" in caplog.text


def test_a_removed_session_leaves_nothing(tmp_path: Path) -> None:
    """Log, sidecar and statistics are deleted, whichever of them there is."""
    files = SessionFiles(tmp_path)
    for session_id in (OLD, NEW):
        save_session(tmp_path, session_id)
    (tmp_path / f"{OLD}.stats").touch()
    (tmp_path / f"{OLD}.json").unlink()
    (tmp_path / f"{NEW}.feed").unlink()

    for session_id in (OLD, NEW):
        files.remove(session_id)

    assert list(tmp_path.iterdir()) == []
