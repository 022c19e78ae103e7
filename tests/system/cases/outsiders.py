"""Who is neither root nor an operator gets nothing; an operator gets what is meant for them."""

import errno
from pathlib import Path

from tests.system.cases.harness import ORDER_LOG, RUN, attempt, case, sh, stats

OUTSIDER, OPERATOR = "outsider", "insider"
CLOSED = (
    "/var/lib/tradestack/gateway",
    "/var/lib/tradestack/order-manager",
    str(ORDER_LOG),
    "/etc/tradestack/users",
    "/etc/tradestack/credentials",
    "/dev/shm/tradestack-prices",
    "/dev/shm/tradestack-news",
)
FOR_OPERATORS = (str(ORDER_LOG), "/dev/shm/tradestack-prices", "/dev/shm/tradestack-news")
CONNECT = """
import socket, sys
for path in sys.argv[1:]:
    try:
        socket.socket(socket.AF_UNIX).connect(path)
    except OSError as error:
        print(error.errno)
"""


def as_user(user: str, *command: str) -> str:
    """What the command prints when the user runs it, errors included."""
    finished = attempt("runuser", "-u", user, "--", *command)
    return finished.stdout + finished.stderr


@case()
def outsiders_are_refused() -> None:
    """An outsider gets EACCES from every control socket, file, directory and segment."""
    sh("useradd", OUTSIDER)
    sh("useradd", "--groups", "tradestack-ops", OPERATOR)
    sockets = sorted(str(path) for path in RUN.glob("*.sock"))

    refusals = as_user(OUTSIDER, "python3", "-c", CONNECT, *sockets)

    assert len(sockets) == 3, sockets
    assert refusals.split() == [str(errno.EACCES)] * 3, refusals
    for path in CLOSED:
        command = "ls" if Path(path).is_dir() else "cat"
        assert "Permission denied" in as_user(OUTSIDER, command, path), path


@case()
def operators_are_served() -> None:
    """A member of tradestack-ops asks for stats, reads order log and segments, and no more."""
    assert '"gateway"' in as_user(OPERATOR, "tradestackctl", "stats", "--json")
    for path in CLOSED:
        command = "ls" if Path(path).is_dir() else "cat"
        refused = attempt(
            "runuser", "-u", OPERATOR, "--", "sh", "-c", f"{command} {path} >/dev/null"
        )
        assert (refused.returncode == 0) == (path in FOR_OPERATORS), path


@case()
def no_password_is_shown() -> None:
    """No password stands in a process's arguments or environment, or in the journal."""
    password = Path("/etc/tradestack/credentials/news.password").read_text().strip()
    pids = [stats()["gateway"]["pid"], stats()["strategies"]["news"]["pid"]]

    for pid in pids:
        for name in ("cmdline", "environ"):
            assert password.encode() not in Path(f"/proc/{pid}/{name}").read_bytes()
    assert password not in sh("journalctl", "--no-pager")
