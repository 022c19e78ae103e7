"""A strategy in a file of one's own, with packages, from add-strategy to remove-strategy."""

import pwd
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.cases.harness import attempt, case, eventually, nothing_lost, sh, state, stats
from tests.system.cases.operator_faults import OPERATOR_FAULT
from tests.system.cases.permissions import OUTSIDER, as_user

NAME = "numeric"
SERVICE = f"tradestack-strategy@{NAME}.service"
WORKPLACE = Path("/root/own")  # which the services cannot enter
CONFIG = Path(f"/etc/tradestack/strategy/{NAME}.toml")
COPY = Path(f"/etc/tradestack/strategies/{NAME}.py")
PACKAGES = Path(f"/var/lib/tradestack/packages/{NAME}")
SOURCE = """\
import subprocess
import threading

import numba

from tradestack.strategies import PriceTick, Strategy, decimal


@numba.njit
def changed(before, now):
    return abs(now - before)


class Numeric(Strategy):
    step: int = decimal("0.01", minimum="0.01", maximum="100", doc="From one order to the next.")

    def on_start(self) -> None:
        self.marks: dict[str, int] = {}
        self.status = subprocess.run(["/usr/bin/env", "true"]).returncode
        self.ran: list[int] = []
        thread = threading.Thread(target=self.ran.append, args=(1,))
        thread.start()
        thread.join()

    def on_tick(self, tick: PriceTick) -> None:
        mark = self.marks.setdefault(tick.symbol, tick.price)
        if changed(mark, tick.price) >= self.step:
            (self.buy if tick.price > mark else self.sell)(tick.symbol)
            self.marks[tick.symbol] = tick.price

    def counters(self):
        compiled = len(changed.signatures)
        return {"compiled": compiled, "failed": self.status, "threads": len(self.ran)}
"""


def numeric() -> "dict[str, int | str]":
    """Return the stats of the strategy, {} while there are none."""
    return stats()["strategies"].get(NAME) or {}


@contextmanager
def named_in_config(path: str) -> Iterator[None]:
    """Have the configuration name another file until the block ends."""
    before = CONFIG.read_text()
    CONFIG.write_text(before.replace(str(COPY), path))
    try:
        yield
    finally:
        CONFIG.write_text(before)


def add(name: str, file: str, *arguments: str) -> "tuple[int, str]":
    """Run add-strategy; return its exit status and what it said."""
    done = attempt("tradestackctl", "add-strategy", name, str(WORKPLACE / file), *arguments)
    return done.returncode, done.stderr


@case()
def own_file_compiles_and_trades() -> None:
    """Numba compiles, a thread and a program run, and orders are sent, in the sandbox."""
    WORKPLACE.mkdir()
    (WORKPLACE / f"{NAME}.py").write_text(SOURCE)
    (WORKPLACE / "requirements.txt").write_text("numba\n")

    arguments = ("--symbols", "SPY", "--quantity", "1", "--set", "step=0.02")
    requirements = ("--requirements", str(WORKPLACE / "requirements.txt"))
    status, said = add(NAME, f"{NAME}.py", *arguments, *requirements)

    assert status == 0, said
    eventually(60, "orders", lambda: int(numeric().get("orders_sent", 0)) > 2)
    shown = numeric()
    assert (shown["compiled"], shown["failed"], shown["threads"]) == (1, 0, 1), shown
    nothing_lost()


@case()
def own_file_belongs_to_root() -> None:
    """The services read the copy and the packages and can write neither; others read no copy."""
    installed = [COPY, *PACKAGES.rglob("*")]
    assert len(installed) > 100
    for path in (COPY.parent, COPY, PACKAGES, *PACKAGES.glob("*/*")):
        assert path.lstat().st_uid == 0, path
        assert attempt("runuser", "-u", "tradestack", "--", "test", "-r", str(path)).returncode == 0
        assert attempt("runuser", "-u", "tradestack", "--", "test", "-w", str(path)).returncode == 1
    assert "Permission denied" in as_user(OUTSIDER, "cat", str(COPY))


@case()
def own_file_is_updated() -> None:
    """With --update it trades by the changed file, as another epoch, from the head of the feed."""
    before = numeric()["config_hash"]
    (WORKPLACE / f"{NAME}.py").write_text(f"{SOURCE}\n# changed\n")

    status, said = add(NAME, f"{NAME}.py", "--update")

    assert status == 0, said
    assert f"{NAME} trades from the head of the feed with the new code" in said, said
    assert 'step = "0.02"' in CONFIG.read_text()
    eventually(60, "orders", lambda: int(numeric().get("orders_sent", 0)) > 2)
    assert numeric()["config_hash"] != before
    nothing_lost()


@case()
def a_file_that_fails_changes_nothing() -> None:
    """The message has file and line, and the services' user has imported it, not root."""
    (WORKPLACE / "bad.py").write_text("import os\nprint(os.getuid())\nimport no_such_module\n")
    (WORKPLACE / "reads.py").write_text("open('/etc/shadow')\n")

    for file, line in (("bad.py", "line 3: ModuleNotFoundError"), ("reads.py", "line 1: Perm")):
        status, said = add("bad", file)
        assert status == OPERATOR_FAULT, said
        assert f"{WORKPLACE / file}: cannot be imported: {line}" in said, said
    assert not list(Path("/etc/tradestack").rglob("*bad*"))
    assert not list(Path("/etc/tradestack/strategies").glob(".*"))


@case()
def requirements_are_not_built_by_root() -> None:
    """A project that they name is built with the rights of the services' user."""
    project, noted = Path("/var/tmp/project"), Path("/var/tmp/built-by")
    project.mkdir()
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "own"\nbackend-path = ["."]\n'
    )
    (project / "own.py").write_text(f"import os\nopen('{noted}', 'w').write(str(os.getuid()))\n")
    (WORKPLACE / "project.txt").write_text(f"{project}\n")

    status, said = add("bad", f"{NAME}.py", "--requirements", str(WORKPLACE / "project.txt"))

    assert status == OPERATOR_FAULT, said
    assert noted.read_text() == str(pwd.getpwnam("tradestack").pw_uid), said
    assert not list(Path("/var/lib/tradestack").rglob("*bad*"))
    noted.unlink()
    sh("rm", "-r", str(project))


@case()
def files_that_cannot_be_imported_end_the_service_once() -> None:
    """One that the service cannot read, and one that loops forever: status 78, with the reason."""
    (WORKPLACE / "loop.py").write_text("while True:\n    pass\n")
    unreadable = str(WORKPLACE / f"{NAME}.py")
    looping = "/usr/local/share/loop.py"
    sh("cp", str(WORKPLACE / "loop.py"), looping)
    for path, reason in ((unreadable, unreadable), (looping, "not imported within 20 s")):
        with named_in_config(path):
            assert attempt("systemctl", "restart", SERVICE).returncode == 1
            assert int(state(SERVICE, "ExecMainStatus")) == OPERATOR_FAULT
            shown = sh("systemctl", "status", "--full", SERVICE, status=3)
            assert reason in shown, shown
    Path(looping).unlink()
    sh("systemctl", "restart", SERVICE)
    eventually(60, "live again", lambda: numeric().get("state") == "live")


@case()
def nothing_is_left_of_a_removed_strategy() -> None:
    """remove-strategy takes copy and packages along."""
    sh("tradestackctl", "remove-strategy", NAME)

    assert not COPY.exists()
    assert not PACKAGES.exists()
    assert not re.search(NAME, sh("systemctl", "list-units", "--all", "--no-legend", "tradestack*"))
    sh("rm", "-r", str(WORKPLACE))
    nothing_lost()
