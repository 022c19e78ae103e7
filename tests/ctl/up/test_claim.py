"""What a killed `up` leaves behind, and who removes it."""

import os
import select
import tomllib
from pathlib import Path

import pytest

from tests.ctl.up.sample_run import up
from tests.kit.stack import DEADLINE_S, Stack
from tradestack.ctl.up.claim import claimed, remove_abandoned
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.runtime.supervisor.listen_fds import bind_unix
from tradestack.store.shared_memory.segment import SEGMENT_DIRECTORY

DAEMONS = ("gateway", "order-manager", "strategy-news")


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Directories without --state-dir are made in the test's own, with a short path."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def kill_up(stack: Stack) -> None:
    """Kill `up`, and wait until its daemons have ended with it."""
    pidfds = [os.pidfd_open(stack.pid_of(name)) for name in DAEMONS]
    stack.process.kill()
    for pidfd in pidfds:
        assert select.select([pidfd], [], [], DEADLINE_S)[0]
        os.close(pidfd)


def shared_memory_of(stack: Stack) -> list[Path]:
    """What the stack has in /dev/shm."""
    config = (stack.runtime.parent / "etc" / "gateway.toml").read_text()
    suffix = tomllib.loads(config)["segment_suffix"]
    return [path for path in SEGMENT_DIRECTORY.iterdir() if suffix in path.name]


def test_the_next_run_removes_what_a_killed_one_left(files: tuple[str, ...]) -> None:
    """Not while a daemon is left that listens on a control socket, though."""
    with Stack(*files, "--pace", "1x") as stack:
        directory, left = stack.runtime.parent, shared_memory_of(stack)
        kill_up(stack)

    with bind_unix(directory / "run" / "left.sock"):
        while_a_daemon_is_left = up("--duration", "1s")
        assert (directory / "lock").exists()
        assert all(path.exists() for path in left)
    after = up("--duration", "1s")

    assert "removed" not in while_a_daemon_is_left.stderr
    assert after.stderr.startswith(f"removed {directory}, left by a run that was killed\n")
    assert not directory.exists()
    assert not [path for path in left if path.exists()]


def test_nothing_of_a_running_stack_is_removed(running: Stack) -> None:
    """Other runs begin and end beside it."""
    before = shared_memory_of(running)

    done = up("--duration", "1s")

    assert done.returncode == 0
    assert "removed" not in done.stderr
    assert shared_memory_of(running) == before
    assert running.pid_of("gateway")


def make(root: Path) -> StackFiles:
    """The files of a stack that is used once."""
    return StackFiles.create(root, reused=False)


def test_a_claim_ends_with_its_run(tmp_path: Path) -> None:
    """While it is held nothing is removed, and then there is nothing to remove."""
    files = make(tmp_path / "root")

    with claimed(files, is_temporary=True):
        assert remove_abandoned() == []
        assert list(SEGMENT_DIRECTORY.glob(f"*{files.suffix}.claim"))

    assert not list(SEGMENT_DIRECTORY.glob(f"*{files.suffix}.claim"))
    assert files.root.exists()


@pytest.mark.parametrize("is_temporary", [True, False])
def test_a_directory_that_was_to_be_kept_is_kept(tmp_path: Path, *, is_temporary: bool) -> None:
    """Only its books are removed."""
    files = make(tmp_path / "root")
    kept = "true" if is_temporary else "false"
    claim = SEGMENT_DIRECTORY / f"tradestack{files.suffix}.claim"
    claim.write_text(f'{{"directory": "{files.root}", "is_temporary": {kept}}}')
    book = SEGMENT_DIRECTORY / files.book_names[0]
    book.parent.mkdir(exist_ok=True)
    book.touch()

    assert (files.root in remove_abandoned()) is is_temporary

    assert files.root.exists() is not is_temporary
    assert not book.exists()
    assert not claim.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"directory": 1, "is_temporary": true}'])
def test_a_claim_without_content_is_removed(content: str) -> None:
    """Whoever made it died before there was anything else, or it is none of ours."""
    claim = SEGMENT_DIRECTORY / "tradestack-up-00000000.claim"
    claim.write_text(content)

    remove_abandoned()

    assert not claim.exists()


def test_what_is_not_a_file_of_this_user_is_left_alone(tmp_path: Path) -> None:
    """A link may lead anywhere, and a FIFO is not waited for."""
    link = SEGMENT_DIRECTORY / "tradestack-up-00000001.claim"
    fifo = SEGMENT_DIRECTORY / "tradestack-up-00000002.claim"
    target = tmp_path / "target"
    target.write_text("{}")
    link.symlink_to(target)
    os.mkfifo(fifo)
    try:
        remove_abandoned()

        assert target.exists()
        assert link.is_symlink()
        assert fifo.exists()
    finally:
        link.unlink()
        fifo.unlink()
