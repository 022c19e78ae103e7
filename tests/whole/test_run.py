"""A whole run of small trees of tests, by its command: verdict, summary and interruption."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.whole.run import portions_at_a_time

ROOT = Path(__file__).parents[2]
POLL_S = 0.02
PASSING = "def test_good(): pass\n"
SKIPPED = "import pytest\n@pytest.mark.skip(reason='no moon')\ndef test_skipped(): pass\n"
# What ends badly, and what is said of it.
BAD = {
    "a test fails": (
        "def test_bad():\n    print('a trace')\n    assert False\n",
        ["a trace", "failed: ", "test_bad.py::test_bad", "ended with exit status 1"],
    ),
    "a fixture fails": (
        "import pytest\n@pytest.fixture\ndef broken(): raise OSError('no luck')\n"
        "def test_bad(broken): pass\n",
        ["no luck", "test_bad.py::test_bad", "ended with exit status 1"],
    ),
    "a file cannot be imported": ("import nothing_at_all\n", ["bad", "ended with exit status"]),
    "there are no tests": ("", ["bad: 0 passed, ended with exit status 5"]),
    "the process is killed": (
        "import os, signal\ndef test_bad(): os.kill(os.getpid(), signal.SIGKILL)\n",
        ["bad: 0 passed, ended by SIGKILL, nothing was recorded"],
    ),
    "the process leaves early and says that all is well": (
        "import os\ndef test_bad(): os._exit(0)\n",
        ["bad: 0 passed, nothing was recorded"],
    ),
}
# Tells when it runs, and when its fixture is torn down.
ENDLESS = """\
import pytest, select
from pathlib import Path
HERE = Path(__file__).parent
@pytest.fixture
def stack():
    yield
    (HERE / "removed").touch()
def test_endless(stack):
    (HERE / "running").touch()
    while True:
        select.select([], [], [], 0.1)
"""


def command_of(tree: Path, files: Mapping[str, str]) -> list[str]:
    """Write the files of tests; return the command that runs them."""
    (tree.parent / "tmp").mkdir()
    for name, text in files.items():
        (tree / name).mkdir(parents=True)
        (tree / name / f"test_{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "--import-mode=importlib"]
    return [sys.executable, "-m", "tests.whole.run", str(tree), f"{tree}-kept", *command]


def environment(tree: Path) -> dict[str, str]:
    """Return the environment of a run: plugins would take a second to load."""
    place = {"TMPDIR": str(tree.parent / "tmp")}
    return {**os.environ, **place, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def whole_run(tree: Path, files: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run the files, each a portion."""
    command = command_of(tree, files)
    return subprocess.run(
        command, cwd=ROOT, env=environment(tree), capture_output=True, text=True, check=False
    )


def test_all_pass(tmp_path: Path) -> None:
    """The last line has the sum of all portions; what was skipped is named with its reason."""
    done = whole_run(tmp_path / "t", {"one": PASSING, "two": PASSING, "three": SKIPPED})

    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1].startswith("PASSED: 2 passed, 1 skipped in 0 min ")
    assert "::test_skipped: no moon" in done.stdout
    assert "[3/3] " in done.stdout
    assert "test session starts" not in done.stdout  # the outputs are in files
    assert "test session starts" in (tmp_path / "t-kept" / "one.txt").read_text()


def test_temporary_files_of_what_failed_stay(tmp_path: Path) -> None:
    """They are named; those of what passed are removed."""
    text = "def test_it(tmp_path):\n    (tmp_path / 'trace').touch()\n    assert {good}\n"

    done = whole_run(tmp_path / "t", {"good": text.format(good=1), "bad": text.format(good=0)})

    place = Path(re.findall("^temporary files of what failed: (.*)$", done.stdout, re.MULTILINE)[0])
    assert [path.name for path in place.iterdir()] == ["bad"]
    assert [path.parents[1].name for path in place.rglob("trace")] == ["bad"]


@pytest.mark.parametrize("fault", BAD)
def test_one_portion_ends_badly(fault: str, tmp_path: Path) -> None:
    """The others run all the same, and the verdict is that of the worst."""
    text, said = BAD[fault]

    done = whole_run(tmp_path / "t", {"alpha": PASSING, "bad": text, "omega": PASSING})

    assert done.returncode == 1, done.stdout
    assert done.stdout.splitlines()[-1].startswith("FAILED: ")
    assert "] alpha: 1 passed in " in done.stdout
    assert "] omega: 1 passed in " in done.stdout
    assert [each for each in said if each not in done.stdout] == []


def test_portions_run_side_by_side(tmp_path: Path) -> None:
    """So many run at a time: each has begun before any of them ends."""
    count = portions_at_a_time()
    text = (
        "import select\nfrom pathlib import Path\n"
        "def test_meets(tmp_path):\n"
        "    tree = Path(__file__).parents[1]\n"
        "    Path(__file__).with_name('here').touch()\n"
        f"    while len(list(tree.glob('*/here'))) < {count}:\n"
        "        select.select([], [], [], 0.02)\n"
    )

    done = whole_run(tmp_path / "t", {f"n{number}": text for number in range(count)})

    assert done.returncode == 0, done.stdout


@contextmanager
def running(tree: Path, command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    """Run the command in a process that is gone at the end."""
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(tree), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_cleans_up(number: signal.Signals, tmp_path: Path) -> None:
    """Every portion that runs removes what it has started; none is begun after that."""
    tree, count = tmp_path / "t", portions_at_a_time()
    endless = {f"endless{place}": ENDLESS for place in range(count)}

    with running(tree, command_of(tree, {**endless, "later": PASSING})) as process:
        for name in endless:
            while not (tree / name / "running").exists():
                assert process.poll() is None
                select.select([], [], [], POLL_S)
        process.send_signal(number)
        stdout, _ = process.communicate()

    assert process.returncode == 130, stdout
    assert all((tree / name / "removed").exists() for name in endless)
    assert f"interrupted: 1 of {count + 1} portions were not begun" in stdout
    assert "KeyboardInterrupt" in stdout
