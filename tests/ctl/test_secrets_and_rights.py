"""Secrets and permissions, with a stack that `up` runs."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tradestack.net.control.client import ControlClient
from tradestack.net.server.users import parse_users

TRADESTACKCTL = str(Path(sys.executable).parent / "tradestackctl")
NOBODY = 65_534
READS = ("Get", "List", "Read", "Watch")  # prefixes of methods that change nothing
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


@dataclass(frozen=True)
class Run:
    """A running stack and the file with all of its output."""

    process: "subprocess.Popen[bytes]"
    directory: Path
    output: Path

    @property
    def sockets(self) -> list[Path]:
        """The control sockets of the daemons."""
        return sorted((self.directory / "run").glob("*.sock"))

    def processes(self) -> list[int]:
        """List the pids of `up` and of all processes that it started."""
        pids = [self.process.pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            pids += map(int, children.split())
        return pids

    def passwords(self) -> list[str]:
        """Read the passwords of all strategies."""
        files = sorted((self.directory / "credentials").glob("*/password"))
        return [path.read_text().strip() for path in files]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A stack whose daemons are all ready."""
    directory, output = tmp_path / "state", tmp_path / "output"
    command = [TRADESTACKCTL, "up", "--state-dir", str(directory), "--pace", "2000/s"]
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stderr is not None
        assert process.stdout is not None
        for line in process.stderr:
            file.write(line)
            file.flush()
            if b"--runtime-dir" in line:
                break
        errors = subprocess.Popen(["cat"], stdin=process.stderr, stdout=file)
        results = subprocess.Popen(["cat"], stdin=process.stdout, stdout=file)
        yield Run(process, directory, output)
        process.send_signal(signal.SIGTERM)
        process.wait()
        for reader in (errors, results):
            reader.wait()
        process.stderr.close()
        process.stdout.close()


def answers_of_daemons(run: Run) -> str:
    """Collect the replies to all methods that only read and need no parameters."""
    answers = []
    for path in run.sockets:
        for method in methods_of(path):
            name = method.rpartition(".")[2]
            if name.startswith(("Get", "List")):
                parameters = {"interface": "io.tradestack.Daemon"}
                with ControlClient(path) as client:
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


def test_no_password_leaks(run: Run) -> None:
    """No log, argument, environment, reply or file of a server contains a password."""
    passwords = run.passwords()
    pids = run.processes()
    of_processes = b"".join(
        Path(f"/proc/{pid}/{name}").read_bytes() for pid in pids for name in ("cmdline", "environ")
    )
    answers = answers_of_daemons(run)
    run.process.send_signal(signal.SIGTERM)
    run.process.wait()
    kept = b"".join(
        path.read_bytes()
        for path in run.directory.rglob("*")
        if path.is_file() and path.name != "password"
    )
    everything = of_processes + answers.encode() + run.output.read_bytes() + kept

    assert passwords
    assert len(pids) >= 4
    assert "users_file" in answers
    assert b"client logged in" in everything
    for password in passwords:
        assert not re.search(re.escape(password.encode()), everything, re.IGNORECASE)


def test_the_servers_keep_salted_hashes_readable_by_their_owner_only(run: Run) -> None:
    """Nobody but their owner can read the users file and the passwords."""
    (users_file,) = run.directory.rglob("users")
    hashes = parse_users(users_file, users_file.read_text())
    closed = [users_file, *(run.directory / "credentials").rglob("password")]

    assert set(hashes) == {"news"}
    assert [path for path in closed if path.stat().st_mode & 0o077] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change its user id")
def test_other_users_may_change_nothing_and_each_attempt_is_logged(run: Run) -> None:
    """Every daemon denies each method that changes something to another uid."""
    (run.directory / "run").chmod(0o711)
    changing, answers = [], []
    for path in run.sockets:
        path.chmod(0o666)
        methods = [name for name in methods_of(path) if is_a_change(name)]
        changing += methods
        calls = b"".join(json.dumps({"method": name}).encode() + b"\0" for name in methods)
        command = ["/usr/bin/python3", "-c", ASK_AS, str(path.parent), path.name, str(NOBODY)]
        asked = subprocess.run(command, input=calls, capture_output=True, check=True)
        answers += [json.loads(reply) for reply in asked.stdout.split(b"\0")[:-1]]
    output = run.output.read_text()

    assert {"io.tradestack.Gateway.NewSession", "io.tradestack.Daemon.SetLogLevel"} <= set(changing)
    assert [answer["error"] for answer in answers] == (
        ["org.varlink.service.PermissionDenied"] * len(changing)
    )
    for name in changing:
        assert f"denied method={name} uid={NOBODY}" in output


def is_a_change(method: str) -> bool:
    """Whether a method changes something, judged by its name."""
    return not method.rpartition(".")[2].startswith(READS)
