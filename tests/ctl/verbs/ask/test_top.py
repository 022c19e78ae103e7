"""`tradestackctl top`."""

import signal
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


@pytest.mark.parametrize("end", ["q", "\x03", signal.SIGTERM])
def test_top_ends_where_ctrl_c_is_ignored(stack: Stack, end: str | signal.Signals) -> None:
    """A script's background job ignores SIGINT: top ends all the same, and restores the screen."""
    program = ["sh", "-c", 'trap "" INT; exec "$@"', "sh", TRADESTACKCTL]

    with Terminal([*program, "--runtime-dir", str(stack.runtime), "top"]) as terminal:
        terminal.wait_for("strategy news")
        if isinstance(end, signal.Signals):
            terminal.process.send_signal(end)
        else:
            terminal.type(end)
        status = terminal.end()

    assert status == 0, terminal.shown
    assert "\x1b[?1049l" in terminal.shown


def test_top_on_a_terminal_without_a_size(stack: Stack) -> None:
    """Everything is shown."""
    command = [TRADESTACKCTL, "--runtime-dir", str(stack.runtime), "top"]

    with Terminal(command, columns=0, rows=0) as terminal:
        terminal.wait_for("strategy news")
        terminal.type("q")
        assert terminal.end() == 0


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
