"""What other users, operators and unknown clients may access."""

import errno
import pwd
import re
from pathlib import Path

from tests.system.cases.harness import ORDER_LOG, RUN, attempt, case, eventually, sh, stats
from tests.system.cases.logins import FEED_PORT, NOT_AUTHORIZED, ORDER_PORT, answer_to

OUTSIDER, OPERATOR = "outsider", "opsmember"
CLOSED = (
    "/var/lib/tradestack/gateway",
    "/var/lib/tradestack/order-manager",
    str(ORDER_LOG),
    "/etc/tradestack/users",
    "/etc/tradestack/credentials",
    "/run/credentials/tradestack-strategy@news.service",
    "/var/log/tradestack",
    "/dev/shm/tradestack",
    "/dev/shm/tradestack/prices",
    "/dev/shm/tradestack/news",
    "/dev/shm/tradestack/prices.lock",
    "/dev/shm/tradestack/news.lock",
)
FOR_OPERATORS = (
    "/var/log/tradestack",
    str(ORDER_LOG),
    "/dev/shm/tradestack",
    "/dev/shm/tradestack/prices",
    "/dev/shm/tradestack/news",
)
PASSWORDS = Path("/etc/tradestack/credentials")
SEARCHED = ("/etc", "/run", "/tmp", "/var", "/dev/shm", "/usr/local")
CONNECT = """
import socket, sys
for path in sys.argv[1:]:
    try:
        socket.socket(socket.AF_UNIX).connect(path)
    except OSError as error:
        print(error.errno)
"""


def as_user(user: str, *command: str) -> str:
    """Run the command as the user; return its stdout and stderr."""
    finished = attempt("runuser", "-u", user, "--", *command)
    return finished.stdout + finished.stderr


@case()
def outsiders_are_refused() -> None:
    """Other users get EACCES for every control socket, file, directory and segment."""
    sh("useradd", OUTSIDER)
    sh("useradd", "--groups", "tradestack-ops", OPERATOR)
    sockets = sorted(str(path) for path in RUN.glob("*.sock"))

    refusals = as_user(OUTSIDER, "python3", "-c", CONNECT, *sockets)

    assert len(sockets) == 5, sockets
    assert refusals.split() == [str(errno.EACCES)] * 5, refusals
    for path in CLOSED:
        command = "ls" if Path(path).is_dir() else "cat"
        assert "Permission denied" in as_user(OUTSIDER, command, path), path


@case()
def operators_are_served() -> None:
    """Members of tradestack-ops can use control sockets, order log and segments, no more."""
    assert '"gateway"' in as_user(OPERATOR, "tradestackctl", "stats", "--json")
    for path in CLOSED:
        command = "ls" if Path(path).is_dir() else "cat"
        refused = attempt(
            "runuser", "-u", OPERATOR, "--", "sh", "-c", f"{command} {path} >/dev/null"
        )
        assert (refused.returncode == 0) == (path in FOR_OPERATORS), path


@case()
def changes_by_operators_are_logged() -> None:
    """An operator's changes take effect and are logged with the operator's uid."""
    uid = pwd.getpwnam(OPERATOR).pw_uid

    as_user(OPERATOR, "tradestackctl", "pause")
    eventually(60, "the gateway pauses", lambda: stats()["gateway"]["source_state"] == "paused")
    as_user(OPERATOR, "tradestackctl", "resume")

    eventually(60, "the gateway continues", lambda: stats()["gateway"]["source_state"] == "running")
    entries = sh("journalctl", "--no-pager", "-o", "cat", "EVENT=CONTROL_CHANGE", f"UID={uid}")
    methods = re.findall(r"method=io\.tradestack\.Gateway\.(\w+) uid=(\d+)", entries)
    assert methods == [("Pause", str(uid)), ("Resume", str(uid))], entries


@case()
def wrong_logins_are_rejected() -> None:
    """Unknown users and wrong, empty or other users' passwords are rejected at both ports."""
    password = (PASSWORDS / "news.password").read_text().strip()
    for port in (FEED_PORT, ORDER_PORT):
        for user, wrong_password in (
            ("nobody", password),
            ("news", "WRONG"),
            ("news", ""),
            ("", ""),
        ):
            assert answer_to(port, user, wrong_password) == NOT_AUTHORIZED, (port, user)
    rejected = sh("journalctl", "--no-pager", "-o", "cat", "EVENT=LOGIN_REJECTED")
    assert re.search(r"user=news peer=127\.0\.0\.1:\d+", rejected), rejected


@case()
def no_password_leaks() -> None:
    """No password is in a process's arguments or environment, the journal, or a readable file."""
    passwords = [file.read_text().strip() for file in PASSWORDS.iterdir()]
    assert passwords
    journal = sh("journalctl", "--no-pager", "-o", "export")
    for password in passwords:
        for name in ("cmdline", "environ"):
            for path in Path("/proc").glob(f"[0-9]*/{name}"):
                assert password not in read_of_process(path), path
        assert password not in journal
        matches = as_user(OUTSIDER, "grep", "-rIlsF", "--", password, *SEARCHED)
        assert not matches, matches


def read_of_process(path: Path) -> str:
    """Read a file in /proc; "" if the process has ended or is a kernel thread."""
    try:
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""
