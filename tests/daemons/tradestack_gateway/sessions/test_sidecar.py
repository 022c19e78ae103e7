"""The sidecar: what a feed session is made from, in a file that is written atomically."""

from pathlib import Path

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack_gateway.sessions.sidecar import (
    CHECKPOINTS_MAX,
    Mark,
    Settings,
    Sidecar,
    load_sidecars,
    remove_session,
)

IDENTITY = {"source": "csv", "prices": {"path": "/x", "size_bytes": 1}}


def saved(directory: Path, session: str, start_time_ns: int) -> Sidecar:
    """A session with a log."""
    sidecar = Sidecar(session_id=session, start_time_ns=start_time_ns, sources=IDENTITY)
    sidecar.save(directory)
    (directory / f"{session}.feed").touch()
    return sidecar


def test_saved_sidecars_are_loaded_oldest_first(tmp_path: Path) -> None:
    """The order is that of their start times."""
    newer = saved(tmp_path, "AAAAAAAAAA", 2)
    newer.settings = Settings(paused=True, pace="60x", pace_configured="500/s")
    newer.add_mark(Mark(sequence=5, prices_total=4, position={"offset": 9}))
    newer.save(tmp_path)
    older = saved(tmp_path, "BBBBBBBBBB", 1)

    assert load_sidecars(tmp_path) == [older, newer]
    assert (tmp_path / "AAAAAAAAAA.json").stat().st_mode & 0o777 == 0o600


def test_an_unreadable_sidecar_is_skipped(tmp_path: Path) -> None:
    """A sidecar without a log is skipped, too."""
    unreadable = [b"{", b'{"session_id":"\xff"}', b'{"sources":' + b"[" * 5_000]
    for number, content in enumerate(unreadable):
        saved(tmp_path, f"AAAAAAAAA{number}", 1)
        (tmp_path / f"AAAAAAAAA{number}.json").write_bytes(content)
    saved(tmp_path, "BBBBBBBBBB", 1)
    (tmp_path / "BBBBBBBBBB.feed").unlink()

    assert load_sidecars(tmp_path) == []


def test_a_sidecar_of_another_format_is_refused(tmp_path: Path) -> None:
    """Skipping it would end its session without a reason."""
    saved(tmp_path, "AAAAAAAAAA", 1)
    (tmp_path / "AAAAAAAAAA.json").write_text('{"format": 99, "whatever": "it holds"}')

    with pytest.raises(
        OperatorFault,
        match=r"AAAAAAAAAA\.json: has format 99, this version of tradestack reads format 2",
    ):
        load_sidecars(tmp_path)


def test_the_newest_mark_within_the_log_is_used(tmp_path: Path) -> None:
    """After a power cut, the log may end before the last mark."""
    sidecar = saved(tmp_path, "AAAAAAAAAA", 1)
    for sequence in range(10, 100, 10):
        sidecar.add_mark(Mark(sequence=sequence, prices_total=0, position={}))

    assert len(sidecar.checkpoints) == CHECKPOINTS_MAX
    newest = sidecar.newest_mark(85)
    assert newest is not None
    assert newest.sequence == 80
    assert sidecar.newest_mark(5) is None


def test_a_removed_session_leaves_nothing(tmp_path: Path) -> None:
    """Log and sidecar are deleted."""
    saved(tmp_path, "AAAAAAAAAA", 1)

    remove_session(tmp_path, "AAAAAAAAAA")

    assert list(tmp_path.iterdir()) == []
