"""The verb reload, with a daemon and with one that hangs."""

import socket
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.kit.stack import Stack
from tradestack.ctl import main
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.verbs.steer import reload


def test_reload_applies_the_file_or_says_why_not(stack: Stack, capsys: Output) -> None:
    """A refusal ends with status 78 and names file and key; the next reload succeeds."""
    path = stack.runtime.parent / "etc/strategy/news.toml"
    before = path.read_text()

    statuses = [stack.ctl("reload", "news")]
    path.write_text("no_such_key = 1\n" + before)
    statuses.append(stack.ctl("reload", "news"))
    refusal = capsys.readouterr().err
    path.write_text(before)
    statuses.append(stack.ctl("reload", "strategy-news"))

    assert statuses == [ExitStatus.DONE, ExitStatus.OPERATOR_FAULT, ExitStatus.DONE]
    assert refusal.startswith(f"tradestackctl: {path}: no_such_key: unknown key; ")


def test_a_daemon_that_hangs_is_not_waited_for_without_end(
    tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says that no answer came, and what to do."""
    monkeypatch.setattr(reload, "DEADLINE_S", 0.05)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hanging:
        hanging.bind(str(tmp_path / "gateway.sock"))
        hanging.listen()

        status = main.run(["--runtime-dir", str(tmp_path), "reload", "gateway"])

    assert status == ExitStatus.NOT_RUNNING
    assert "no answer within 0.05 s; see its log" in capsys.readouterr().err
