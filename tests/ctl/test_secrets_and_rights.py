"""Secrets and permissions, with a stack that `up` runs."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.stack import Stack
from tradestack.net.control.client import ControlClient
from tradestack.net.server.users import parse_users

NOBODY = 65_534
READS = ("Describe", "Get", "List", "Read", "Watch")  # prefixes of methods that change nothing
STREAMS = "io.systemd.Metrics."  # the interface whose methods have to be called with "more"
# Enters the directory as root, since it is closed to others, then connects as another user.
ASK_AS = """\
import os, socket, sys
os.chdir(sys.argv[1])
os.setgroups([])
os.setgid(int(sys.argv[3]))
os.setuid(int(sys.argv[3]))
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[2])
    connection.sendall(sys.stdin.buffer.read())
    connection.shutdown(socket.SHUT_WR)
    while data := connection.recv(65536):
        sys.stdout.buffer.write(data)
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack whose daemons are all ready."""
    with Stack("--state-dir", tmp_path / "state", "--pace", "2000/s") as stack:
        yield stack


def sockets(stack: Stack) -> list[Path]:
    """List the control sockets of the daemons."""
    return sorted(stack.runtime.glob("*.sock"))


def processes(stack: Stack) -> list[int]:
    """List the pids of `up` and of all processes that it started."""
    pids = [stack.process.pid]
    for pid in pids:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
        pids += map(int, children.split())
    return pids


def passwords(stack: Stack) -> list[str]:
    """Read the passwords of all strategies."""
    files = sorted((stack.files.path / "credentials").glob("*/password"))
    return [path.read_text().strip() for path in files]


def answers_of_daemons(stack: Stack) -> str:
    """Collect the replies to all methods that only read and need no parameters."""
    answers: list[str] = []
    for path in sockets(stack):
        for method in methods_of(path):
            name = method.rpartition(".")[2]
            if name.startswith(("Describe", "Get", "List")):
                parameters = {"interface": "io.tradestack.Daemon"}
                with ControlClient(path) as client:
                    if method.startswith(STREAMS):
                        answers += map(json.dumps, client.stream(method, {}))
                        continue
                    chosen = parameters if name == "GetInterfaceDescription" else {}
                    answers.append(json.dumps(client.call(method, chosen)))
    return "\n".join(answers)


def methods_of(path: Path) -> list[str]:
    """List the methods of a control socket, from its own interface descriptions."""
    with ControlClient(path) as client:
        interfaces = client.call("org.varlink.service.GetInfo", {})["interfaces"]
        texts = [
            client.call("org.varlink.service.GetInterfaceDescription", {"interface": name})
            for name in interfaces
        ]
    return [
        f"{name}.{method}"
        for name, text in zip(interfaces, texts, strict=True)
        for method in re.findall(r"^method (\w+)", text["description"], re.MULTILINE)
    ]


def test_no_password_leaks(stack: Stack) -> None:
    """No log, argument, environment, reply or file of a server contains a password."""
    secrets = passwords(stack)
    pids = processes(stack)
    of_processes = b"".join(
        Path(f"/proc/{pid}/{name}").read_bytes() for pid in pids for name in ("cmdline", "environ")
    )
    answers = answers_of_daemons(stack)
    stack.process.terminate()
    _, stdout, stderr = stack.end()
    kept = b"".join(
        path.read_bytes()
        for path in stack.files.path.rglob("*")
        if path.is_file() and path.name != "password"
    )
    everything = of_processes + answers.encode() + (stdout + stderr).encode() + kept

    assert secrets
    assert len(pids) >= 4
    assert "users_file" in answers
    assert b"client logged in" in everything
    for password in secrets:
        assert not re.search(re.escape(password.encode()), everything, re.IGNORECASE)


def test_the_servers_keep_salted_hashes_readable_by_their_owner_only(stack: Stack) -> None:
    """Nobody but their owner can read the users file and the passwords."""
    (users_file,) = stack.files.path.rglob("users")
    hashes = parse_users(users_file, users_file.read_text())
    closed = [users_file, *(stack.files.path / "credentials").rglob("password")]

    assert set(hashes) == {"news"}
    assert [path for path in closed if path.stat().st_mode & 0o077] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change its user id")
def test_other_users_may_change_nothing_and_each_attempt_is_logged(stack: Stack) -> None:
    """Every daemon denies each method that changes something to another uid."""
    stack.runtime.chmod(0o711)
    changing, answers = [], []
    for path in sockets(stack):
        path.chmod(0o666)
        methods = [name for name in methods_of(path) if is_a_change(name)]
        changing += methods
        calls = b"".join(json.dumps({"method": name}).encode() + b"\0" for name in methods)
        command = ["/usr/bin/python3", "-c", ASK_AS, str(path.parent), path.name, str(NOBODY)]
        asked = subprocess.run(command, input=calls, capture_output=True, check=True)
        answers += [json.loads(reply) for reply in asked.stdout.split(b"\0")[:-1]]
    stack.process.terminate()
    _, _, output = stack.end()

    assert {"io.tradestack.Gateway.NewSession", "io.tradestack.Daemon.SetLogLevel"} <= set(changing)
    assert [answer["error"] for answer in answers] == (
        ["org.varlink.service.PermissionDenied"] * len(changing)
    )
    for name in changing:
        assert f"denied method={name} uid={NOBODY}" in output


def is_a_change(method: str) -> bool:
    """Whether a method changes something, judged by its name."""
    return not method.rpartition(".")[2].startswith(READS)
