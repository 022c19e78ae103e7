"""The stack is started by a shell, supervisor or container that has left something behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ctl.up.sample_run import EXPECTED, PRICES, SENTIMENT, counters
from tests.kit.gateway import Gateway
from tests.kit.inherited_state import UNSHARE, after, needs_roots
from tests.kit.other_user import needs_root

DEADLINE_S = 60  # only a hang takes that long

# Modules that come first where PYTHONPATH or the current directory leads to them.
SHADOWS = """\
for name in ("tradestack", "tradestack_gateway", "numpy", "logging", "uvloop", "daemon"):
    open(f"{name}.py", "w").write("raise SystemExit('another module')")
"""
STATES = {
    "closed streams": "os.closerange(0, 3)",
    "full stderr": "os.dup2(os.open('/dev/full', os.O_WRONLY), 2)",
    "umask 0777": "os.umask(0o777)",
    "modules in the current directory": f"{SHADOWS}os.environ['PYTHONPATH'] = os.getcwd()",
    "PYTHON variables": """\
os.environ |= {
    "PYTHONHOME": "/nonexistent", "PYTHONPLATLIBDIR": "x", "PYTHONSTARTUP": "/nonexistent",
    "PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1", "PYTHONINSPECT": "1",
    "PYTHONHASHSEED": "x", "PYTHONIOENCODING": "x", "PYTHONTRACEMALLOC": "x", "PYTHONSAFEPATH": "1",
}
""",
    "variables of another service": """\
os.environ |= {
    "WATCHDOG_USEC": "x", "WATCHDOG_PID": "x", "JOURNAL_STREAM": "x", "INVOCATION_ID": "x",
    "CREDENTIALS_DIRECTORY": "/nonexistent", "STATE_DIRECTORY": "/nonexistent",
    "TRADESTACK_BOOT_ID": "x", "XDG_RUNTIME_DIR": "/nonexistent",
}
""",
    "ascii, no time zone, no terminal": """\
os.environ |= {
    "LC_ALL": "C", "TZ": ":/etc/passwd", "TERM": "", "COLUMNS": "0", "LINES": "x", "NO_COLOR": "",
}
""",
    "no environment": """\
for name in set(os.environ) - {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}:
    del os.environ[name]
""",
    "programs in PATH": """\
for name in ("sh", "setpriv"):
    open(name, "w").write("#!/bin/false")
    os.chmod(name, 0o755)
os.environ["PATH"] = os.getcwd()
""",
    "deleted current directory": "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')",
    "low limits": """\
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_AS, (256 << 20, 256 << 20))
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
""",
    "descriptors": "for number in range(5, 60): os.dup2(0, number)",
}


@pytest.mark.parametrize("statements", STATES.values(), ids=STATES)
def test_a_daemon_starts_and_ends(
    tmp_path: Path, statements: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It becomes ready, its files are its owner's, and it ends by SIGTERM."""
    directory = tmp_path / "current"
    directory.mkdir()
    monkeypatch.chdir(directory)
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="100/s")

        gateway.start(after(statements, "tradestack-gateway"))

        assert gateway.stop() == 0
        assert "Traceback" not in gateway.errors
        files = list(gateway.state.rglob("*"))
        assert files
        assert all(path.stat().st_mode & 0o600 == 0o600 for path in files)


@pytest.mark.parametrize("state", STATES)
def test_up_runs_to_its_end(tmp_path: Path, state: str) -> None:
    """All daemons do what they do otherwise, and nothing but the usual lines is shown."""
    done = run_up(tmp_path, STATES[state])

    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if state == "closed streams":
        return
    assert counters(json.loads(done.stdout)) == EXPECTED
    if state != "full stderr":
        assert len(done.stderr.splitlines()) == 10, done.stderr


NOT_ENOUGH_MEMORY = "resource.setrlimit(resource.RLIMIT_AS, (60_000_000, 60_000_000))"
SMALL_FILES = "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"


@pytest.mark.parametrize(
    ("statements", "problem", "remedy"),
    [
        (NOT_ENOUGH_MEMORY, "the limit of memory in bytes: is 60,000,000, and", "ulimit -v"),
        (SMALL_FILES, "the limit of file sizes in bytes: is 4,096, and", "ulimit -f"),
    ],
)
def test_limits_are_too_low(tmp_path: Path, statements: str, problem: str, remedy: str) -> None:
    """Daemon and `up` say which limit it is and how it is raised, in one sentence."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk")
        gateway.launch(after(statements, "tradestack-gateway"))
        assert gateway.wait() == 78
    done = run_up(tmp_path, statements)
    assert done.returncode == 78

    for errors in (gateway.errors, done.stderr):
        (line,) = errors.splitlines()
        assert problem in line
        assert remedy in line


@pytest.mark.parametrize(
    ("statements", "problem"),
    [
        ("os.environ['NOTIFY_SOCKET'] = '/nonexistent'", "NOTIFY_SOCKET=/nonexistent: No such"),
        ("os.environ['NOTIFY_SOCKET'] = '/' + 200 * 'x'", ": AF_UNIX path too long; unset it"),
        ("os.environ['LISTEN_FDNAMES'] = 'a:b'", "(passed: a, b); start the socket unit"),
    ],
)
def test_a_daemon_has_the_sockets_of_another_service(
    tmp_path: Path, statements: str, problem: str
) -> None:
    """It says which variable is wrong; a restart would not help."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk")

        gateway.launch(after(statements, "tradestack-gateway"))

        assert gateway.wait() == 78
        (line,) = gateway.errors.splitlines()
        assert problem in line
        assert "unset" in line


@needs_roots
def test_a_daemon_without_proc_works(tmp_path: Path) -> None:
    """It asks the kernel in other ways, or does without."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="100/s")
        statements = f"{UNSHARE}mount('-t', 'tmpfs', 'tmpfs', '/proc')"

        stats = gateway.start(after(statements, "tradestack-gateway"))

        assert stats["pss_bytes"] is None
        assert gateway.stop() == 0


# As a user who has no process yet, but may read what belongs to root: the tests' own interpreter.
ONE_PROCESS = """\
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS
os.setgroups([])
os.setresgid(54321, 54321, 54321)
os.setresuid(54321, 54321, 54321)
header = (ctypes.c_uint32 * 2)(0x20080522, 0)
rights = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
assert libc.capset(header, (ctypes.c_uint32 * 6)(rights, rights, rights, 0, 0, 0)) == 0
for right in (1, 2):
    assert libc.prctl(47, 2, right, 0, 0) == 0  # PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE
resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
"""


@needs_root
def test_up_may_start_no_process(tmp_path: Path) -> None:
    """It says which limit it is, in a shell, a unit and a container."""
    done = run_up(tmp_path, ONE_PROCESS)

    assert done.returncode == 78, done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith("tradestackctl: the limit of processes: no more can be started; raise")


@needs_root
def test_a_daemon_may_start_no_process(tmp_path: Path) -> None:
    """It runs, because it needs none; only --daemonize does."""
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="100/s")
        gateway.start(after(ONE_PROCESS, "tradestack-gateway"))
        assert gateway.stop() == 0
        pidfile = str(tmp_path / "pid")
        more = f"sys.argv += ['--daemonize', '--pidfile', {pidfile!r}]"

        gateway.launch(after(ONE_PROCESS + more, "tradestack-gateway"))

        assert gateway.wait() == 78
        assert "the limit of processes: no more can be started" in gateway.errors


@needs_roots
def test_a_container_has_no_null_device(tmp_path: Path) -> None:
    """Nothing runs without it; one sentence says how it is made."""
    statements = f"{UNSHARE}mount('-t', 'tmpfs', 'tmpfs', '/dev')"
    done = run_up(tmp_path, statements)

    assert done.returncode == 78
    (line,) = done.stderr.splitlines()
    assert line.startswith("tradestackctl: /dev/null: No such file or directory; make it by `mknod")


MACHINES = {
    "no /proc": (f"{UNSHARE}mount('-t', 'tmpfs', 'tmpfs', '/proc')", "mount -t proc proc /proc"),
    "no loopback": (
        "import ctypes; assert ctypes.CDLL(None).unshare(0x40000000) == 0",  # CLONE_NEWNET
        "ip link set lo up",
    ),
}


@needs_roots
@pytest.mark.parametrize(("statements", "remedy"), MACHINES.values(), ids=MACHINES)
def test_up_names_what_the_machine_lacks(tmp_path: Path, statements: str, remedy: str) -> None:
    """It ends at once: its daemons would wait for each other forever."""
    done = run_up(tmp_path, statements)

    assert done.returncode == 78
    (line,) = done.stderr.splitlines()
    assert remedy in line


def run_up(directory: Path, statements: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run `up` on two small files to its end, in a state that the statements make."""
    (directory / "prices.csv").write_text(PRICES)
    (directory / "sentiment.csv").write_text(SENTIMENT)
    data = ("--prices", f"{directory}/prices.csv", "--sentiment", f"{directory}/sentiment.csv")
    return subprocess.run(
        [
            *(sys.executable, *after(statements, "tradestackctl"), "up", *data),
            *("--pace", "max", "--until-end", "--json", *options),
        ],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        cwd=directory,
    )
