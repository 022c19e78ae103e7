"""`tradestackctl top`."""

from pathlib import Path

import pytest

from tests.kit.stack import TRADESTACKCTL, Stack
from tests.kit.terminal import Terminal
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run

Output = pytest.CaptureFixture[str]


@pytest.mark.parametrize("key", ["q", "\x03"])
def test_top_shows_the_stack_until_a_key_is_pressed(stack: Stack, key: str) -> None:
    """Every row fits the terminal, whose screen and settings are restored."""
    command = [TRADESTACKCTL, "--runtime-dir", str(stack.runtime), "top"]

    with Terminal(command, columns=72) as terminal:
        terminal.wait_for("strategy news")
        terminal.type(key)
        status = terminal.end()

    assert status == 0, terminal.shown
    assert all(len(line) <= 72 for line in terminal.lines)
    assert terminal.shown.startswith("\x1b[?1049h")
    assert "\x1b[?1049l" in terminal.shown


def test_once_prints_the_view(stack: Stack, capsys: Output) -> None:
    """There are no control characters in it."""
    assert stack.ctl("top", "--once") == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["DAEMON", "STATE", "RATE", "DONE", "BEHIND", "P99", "MEMORY"]
    assert [line.split()[0] for line in lines[1:4]] == ["gateway", "order-manager", "strategy"]
    assert "\x1b" not in "".join(lines)


def test_without_daemons_the_reason_is_printed(tmp_path: Path, capsys: Output) -> None:
    """The view says which of them do not answer."""
    status = run(["top", "--once", "--runtime-dir", str(tmp_path)])

    output = capsys.readouterr()
    assert status == ExitStatus.NOT_RUNNING
    assert output.out.count("not responding") == 2
    assert "gateway is not running" in output.err
