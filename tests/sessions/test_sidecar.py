"""The sidecar: what a feed session is made from, in a file that is written atomically."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.kit.disk_calls import record_disk_calls
from tradestack.sessions.sidecar import (
    CHECKPOINTS_MAX,
    Mark,
    Settings,
    Sidecar,
    SidecarUnusable,
)

SESSION_ID = "AAAAAAAAAA"
SIDECAR = Sidecar(
    session_id=SESSION_ID,
    start_time_ns=1,
    sources={"source": "csv", "prices": {"path": "/x", "size_bytes": 1}},
    settings=Settings(paused=True, pace="60x", pace_configured="500/s"),
    checkpoints=(Mark(sequence=5, prices_total=4, position={"offset": 9}),),
)


def test_saved_sidecar_is_loaded(tmp_path: Path) -> None:
    """All fields are kept, and other users cannot read them."""
    SIDECAR.save(tmp_path)

    path = tmp_path / f"{SESSION_ID}.json"
    assert Sidecar.load(path) == SIDECAR
    assert path.stat().st_mode & 0o777 == 0o600


def test_directory_is_synced_after_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut could otherwise leave no sidecar, or the one before it."""
    calls = record_disk_calls(monkeypatch)

    SIDECAR.save(tmp_path)

    assert calls == [
        ("sync", f"{SESSION_ID}.tmp"),
        ("rename", f"{SESSION_ID}.json"),
        ("sync", tmp_path.name),
    ]


def changed(**fields: Any) -> bytes:
    """Return the file with these fields changed."""
    return msgspec.json.encode(msgspec.to_builtins(SIDECAR) | fields)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not a sidecar"),
        (b"{", "is not a sidecar"),
        (b"[]", "is not a sidecar"),
        (b'{"session_id":"\xff"}', "is not a sidecar"),
        (b'{"sources":' + b"[" * 5_000, "is not a sidecar"),
        (b'{"format": 99, "whatever": "it holds"}', "has format 99, .* reads format 2"),
        (changed(session_id="BBBBBBBBBB"), "is that of session 'BBBBBBBBBB'"),
        (changed(start_time_ns=2**63), "is not a sidecar"),
        (changed(start_time_ns=-1), "is not a sidecar"),
        (changed(sources=[]), "is not a sidecar"),
        (changed(settings={"pace": "as you like"}), "is not a sidecar.*is not a pace"),
        (
            changed(checkpoints=[{"sequence": -1, "prices_total": 0, "position": {}}]),
            "is not a sidecar",
        ),
        (
            changed(checkpoints=[{"sequence": 1, "prices_total": 0, "position": 7}]),
            "is not a sidecar",
        ),
    ],
)
def test_a_file_that_this_program_would_not_write_is_unusable(
    tmp_path: Path, content: bytes, words: str
) -> None:
    """It is refused when it is read, and not where one of its values is used later."""
    path = tmp_path / f"{SESSION_ID}.json"
    path.write_bytes(content)

    with pytest.raises(SidecarUnusable, match=words):
        Sidecar.load(path)


def test_a_missing_or_unreadable_file_is_unusable(tmp_path: Path) -> None:
    """The reason is in words."""
    path = tmp_path / f"{SESSION_ID}.json"
    with pytest.raises(SidecarUnusable, match="is missing"):
        Sidecar.load(path)
    path.mkdir()
    with pytest.raises(SidecarUnusable, match="cannot be read: Is a directory"):
        Sidecar.load(path)


def test_the_newest_mark_within_the_log_is_used() -> None:
    """After a power cut, the log may end before the last mark."""
    sidecar = SIDECAR
    for sequence in range(10, 100, 10):
        sidecar = sidecar.with_mark(Mark(sequence=sequence, prices_total=0, position={}))

    assert len(sidecar.checkpoints) == CHECKPOINTS_MAX
    newest = sidecar.newest_mark(85)
    assert newest is not None
    assert newest.sequence == 80
    assert sidecar.newest_mark(5) is None
