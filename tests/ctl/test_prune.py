"""prune: which sessions' files go."""

import os
from pathlib import Path

import pytest
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.prune import sessions_to_remove


def make_session(directory: Path, session: str, age: int) -> None:
    """A feed session that was written to `age` days ago."""
    directory.mkdir(parents=True, exist_ok=True)
    for suffix in (".feed", ".json"):
        path = directory / f"{session}{suffix}"
        path.write_bytes(b"12345")
        os.utime(path, ns=(0, (1000 - age) * 86_400 * 10**9))


@pytest.mark.parametrize(
    ("keep", "current", "removed"),
    [
        (3, None, ["D"]),
        (1, None, ["D", "C", "B"]),
        (1, "C", ["D", "B"]),
        (1, "A", ["D", "C", "B"]),
        (9, None, []),
    ],
)
def test_the_newest_and_the_current_stay(
    tmp_path: Path, keep: int, current: str | None, removed: list[str]
) -> None:
    """Oldest first go all others, whatever the order of their names."""
    for session, age in {"B": 2, "D": 4, "A": 1, "C": 3}.items():
        make_session(tmp_path, session, age)

    found = sessions_to_remove(tmp_path, (".feed", ".json"), keep=keep, current=current)

    assert [old.session for old in found] == removed
    assert all(old.size_bytes == 10 for old in found)


def test_without_daemons_the_newest_is_theirs(tmp_path: Path) -> None:
    """A stopped stack finds the session it will go on with."""
    state = tmp_path / "state"
    for session, age in {"A": 1, "B": 2}.items():
        make_session(state / "gateway", session, age)
    (state / "gateway/other.txt").touch()

    status = run(
        ["prune", "--keep", "1", "--state-dir", str(state), "--runtime-dir", str(tmp_path)]
    )

    assert status == ExitStatus.DONE
    left = sorted(path.name for path in (state / "gateway").iterdir())
    assert left == ["A.feed", "A.json", "other.txt"]


@pytest.mark.parametrize("keep", ["0", "-1", "some"])
def test_at_least_one_is_kept(keep: str) -> None:
    """Other numbers are wrong arguments."""
    with pytest.raises(SystemExit) as raised:
        run(["prune", f"--keep={keep}"])

    assert raised.value.code == 2
