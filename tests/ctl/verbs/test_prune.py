"""prune: which sessions' files go."""

import os
from pathlib import Path

import pytest

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.verbs.prune import sessions_to_remove


def make_session(directory: Path, session: str) -> None:
    """A feed session, written to at any time: clocks go back."""
    directory.mkdir(parents=True, exist_ok=True)
    for suffix in (".feed", ".json"):
        path = directory / f"{session}{suffix}"
        path.write_bytes(b"12345")
        os.utime(path, ns=(0, (1000 - ord(session)) * 86_400 * 10**9))


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
def test_the_newest_and_the_current_stay(
    tmp_path: Path, keep: int, current: str | None, removed: list[str]
) -> None:
    """Oldest first go all others, by their ids: the times of their files prove nothing."""
    for session in "BDAC":
        make_session(tmp_path, session)

    found = sessions_to_remove(tmp_path, (".feed", ".json"), keep=keep, current=current)

    assert [old.session for old in found] == removed
    assert all(old.size_bytes == 10 for old in found)


def test_without_daemons_the_newest_is_theirs(tmp_path: Path) -> None:
    """A stopped stack finds the session it will go on with."""
    state = tmp_path / "state"
    for session in "AB":
        make_session(state / "gateway", session)
    (state / "gateway/other.txt").touch()

    status = run(
        ["prune", "--keep", "1", "--state-dir", str(state), "--runtime-dir", str(tmp_path)]
    )

    assert status == ExitStatus.DONE
    left = sorted(path.name for path in (state / "gateway").iterdir())
    assert left == ["B.feed", "B.json", "other.txt"]


@pytest.mark.parametrize("keep", ["0", "-1", "some"])
def test_at_least_one_is_kept(keep: str) -> None:
    """Other numbers are wrong arguments."""
    with pytest.raises(SystemExit) as raised:
        run(["prune", f"--keep={keep}"])

    assert raised.value.code == 2
