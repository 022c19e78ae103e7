"""`tradestackctl web` and `up --web`: the address, the login, the page beside the stack."""

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.kit.stack import DEADLINE_S, TRADESTACKCTL, Stack
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack with its page, at any port."""
    with Stack("--web", "0") as running:
        running.wait_for("ready daemon=web", count=1)
        yield running


def ask(url: str, method: str = "GET", body: object = None) -> Any:
    """Ask the server of a URL as a page of it does; return the JSON of the answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=DEADLINE_S)
    headers = {"Origin": f"http://{parts.netloc}", "Content-Type": "application/json"}
    connection.request(method, parts.path, json.dumps(body), headers)
    answer: Any = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def test_the_address_logs_in_once(stack: Stack, capsys: Output) -> None:
    """Its fragment is a token, which the server takes once; who asked is told until when."""
    assert stack.ctl("web") == ExitStatus.DONE
    shown = capsys.readouterr()
    page, _, token = shown.out.strip().partition("#login=")
    assert "once, within 60 s" in shown.err

    me = ask(f"{page}api/login", "POST", {"token": token})

    assert me["uid"] == os.getuid()
    assert me["may_act"]
    assert ask(f"{page}api/login", "POST", {"token": token})["error"] == "login_refused"


def test_without_a_login_it_is_the_page(stack: Stack, capsys: Output) -> None:
    """--no-login prints where to look, and no token."""
    assert stack.ctl("web", "--no-login") == ExitStatus.DONE

    page = capsys.readouterr().out.strip()
    assert urlsplit(page).path == "/"
    assert "#" not in page
    assert ask(f"{page}api/snapshot")["stats"]["gateway"]["daemon"] == "gateway"


def test_a_browser_is_opened_by_a_file_that_only_its_user_can_read(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    """The token is not among the arguments of the browser, which all users can see."""
    opened: list[str] = []
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    def open_browser(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr(webbrowser, "open", open_browser)

    assert stack.ctl("web", "--open") == ExitStatus.DONE

    (url,) = opened
    document = Path(urlsplit(url).path)
    assert urlsplit(url).scheme == "file"
    assert capsys.readouterr().out.strip() in document.read_text()
    assert stat.S_IMODE(document.stat().st_mode) == 0o600


def test_a_page_that_dies_is_served_again(stack: Stack, capsys: Output) -> None:
    """The stack goes on, and so does the page at the same address."""
    stack.ctl("web", "--no-login")
    page = capsys.readouterr().out.strip()
    gateway = stack.pid_of("gateway")

    os.kill(stack.pid_of("web-control"), signal.SIGKILL)
    stack.wait_for("ready daemon=web", count=2)

    assert ask(f"{page}api/me")["user"] is None
    assert stack.pid_of("gateway") == gateway


def test_where_no_page_is_served_it_says_how(tmp_path: Path, capsys: Output) -> None:
    """The exit status is that of a daemon that does not run."""
    assert run(["--runtime-dir", str(tmp_path), "web"]) == ExitStatus.NOT_RUNNING

    assert "up --web" in capsys.readouterr().err


def test_a_port_that_is_taken_is_named() -> None:
    """`up` ends before anything runs, with the option."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        finished = subprocess.run(
            [TRADESTACKCTL, "up", "--web", str(port), "--duration", "1s"],
            check=False,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )

    assert finished.returncode == ExitStatus.OPERATOR_FAULT
    assert f"--web {port}" in finished.stderr


@pytest.mark.parametrize("port", ["65536", "-1", "x", "²"])
def test_what_is_not_a_port_is_a_usage_error(port: str) -> None:
    """The exit status is 2."""
    with pytest.raises(SystemExit) as raised:
        run(["up", "--web", port])

    assert raised.value.code == 2
