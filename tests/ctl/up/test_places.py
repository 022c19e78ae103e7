"""Where `up` keeps its files: a place that is too small, too deep, missing or read-only."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.up.sample_run import up
from tests.kit.inherited_state import UNSHARE, after, needs_roots

OPTIONS = ("--pace", "max", "--until-end")


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory whose path is short enough for sockets in it."""
    with tempfile.TemporaryDirectory(prefix="up-") as directory:
        yield Path(directory)


def up_after(
    directory: Path, statements: str, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    """Run `up` in a state that the statements make."""
    return subprocess.run(
        [sys.executable, *after(statements, "tradestackctl"), "up", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=directory,
    )


@needs_roots
@pytest.mark.parametrize("size", ["size=16k", "size=2m", "size=60m", "nr_inodes=5", "nr_inodes=16"])
@pytest.mark.parametrize("is_chosen", [True, False])
def test_a_small_file_system_is_refused(
    files: tuple[str, ...], place: Path, size: str, is_chosen: bool
) -> None:
    """Room that cannot come is not waited for; one sentence names the place and an option."""
    mount = f"{UNSHARE}mount('-t', 'tmpfs', '-o', {size!r}, 'tmpfs', {str(place)!r})\n"
    chosen = ("--state-dir", str(place)) if is_chosen else ()
    variable = f"os.environ['TMPDIR'] = {str(place)!r}"

    done = up_after(place, mount + variable, *files, *OPTIONS, *chosen)

    assert done.returncode == 78, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"tradestackctl: {place}")
    assert "MiB free, free_bytes_min is 64.0 MiB" in line or "No space left on device" in line
    assert "choose another --state-dir" in line


@needs_roots
def test_a_small_file_system_is_enough_for_who_says_so(files: tuple[str, ...], place: Path) -> None:
    """The limit is that of the daemons, which --set can lower."""
    mount = f"{UNSHARE}mount('-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', {str(place)!r})\n"
    settings = [
        word
        for daemon in ("gateway", "order-manager")
        for word in ("--set", f"{daemon}.free_bytes_min=1MiB")
    ]

    done = up_after(place, mount, *files, *OPTIONS, *settings, "--state-dir", str(place))

    assert done.returncode == 0, done.stderr


def test_a_state_directory_is_too_deep_for_sockets(files: tuple[str, ...], tmp_path: Path) -> None:
    """The message has the length and what is possible."""
    deep = tmp_path / ("x" * 100)

    done = up(*files, *OPTIONS, "--state-dir", deep)

    assert done.returncode == 78
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"tradestackctl: {deep}: sockets in it would have a path of ")
    assert "107 are possible; choose a --state-dir with a shorter path" in line


@pytest.mark.parametrize(
    "statements",
    [
        "os.environ['TMPDIR'] = '/nonexistent'",
        "open('file', 'w').close(); os.environ['TMPDIR'] = os.path.abspath('file')",
        "os.mkdir('a b\"\\n'); os.environ['TMPDIR'] = os.path.abspath('a b\"\\n')",
    ],
)
def test_tmpdir_is_unusual(files: tuple[str, ...], place: Path, statements: str) -> None:
    """Another directory is taken, as by all programs in Python, or any name works."""
    assert up_after(place, statements, *files, *OPTIONS).returncode == 0


@pytest.mark.parametrize("option", ["--state-dir", "--prices"])
def test_a_name_is_not_utf_8(files: tuple[str, ...], tmp_path: Path, option: str) -> None:
    """The configuration, which is UTF-8, could not have it."""
    statements = "os.link('prices.csv', b'\\xff'); sys.argv[-1] = b'\\xff'"

    done = up_after(tmp_path, statements, *files, *OPTIONS, option, "replaced")

    assert done.returncode == 78, done.stderr
    (line,) = done.stderr.splitlines()
    assert "not UTF-8" in line


@pytest.mark.parametrize("option", ["--state-dir", "--prices"])
def test_the_current_directory_was_deleted(tmp_path: Path, option: str) -> None:
    """A relative name leads nowhere, and one sentence says so."""
    statements = "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')"

    done = up_after(tmp_path, statements, option, "relative")

    assert done.returncode in (1, 78)
    (line,) = done.stderr.splitlines()
    assert "does not exist any more" in line or "no such file" in line
