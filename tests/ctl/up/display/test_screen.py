"""The output of `up` for people."""

import fcntl
import io
import os
import pty
import select
import struct
import termios
from collections.abc import Callable

import pytest

from tradestack.ctl.up.display.screen import Screen

INFO = "2026-11-22T09:00:00.123456Z info     ready daemon=gateway version=0.1.0"
WARNING = "2026-11-22T09:00:00.123456Z warning  row refused line=7"


def written(*lines: str, is_verbose: bool = False) -> str:
    """What is written of a daemon's lines to a file."""
    stream = io.StringIO()
    screen = Screen(stream, is_verbose=is_verbose)
    for line in lines:
        screen.daemon_line("gateway", line)
    screen.status("500 ticks/s")
    screen.close()
    return stream.getvalue()


def shown(use: Callable[[Screen], None], end: bytes, columns: int = 40) -> bytes:
    """What is written to a terminal, up to this end."""
    master, slave = pty.openpty()
    with os.fdopen(master, "rb", buffering=0) as terminal, os.fdopen(slave, "w") as stream:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        use(Screen(stream))
        data = b""
        while not data.endswith(end):
            assert select.select([terminal], [], [], 60)[0], data
            data += terminal.read(1000)
        return data


@pytest.fixture(autouse=True)
def terminal_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal with colours, whatever the tests run on."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_problems_are_written_and_normal_work_is_not() -> None:
    """A file or pipe gets neither the state of the run nor control characters."""
    assert written(INFO, WARNING) == "gateway: warning: row refused line=7\n"


def test_verbose_writes_every_line_as_the_daemon_wrote_it() -> None:
    """The name of the daemon is in front."""
    assert written(INFO, is_verbose=True) == f"         gateway | {INFO}\n"


def test_what_is_not_a_line_of_the_log_is_written() -> None:
    """A traceback, or the message of a library, is a problem."""
    assert written("Traceback (most recent call last):").startswith("gateway: Traceback")


def test_the_state_stays_below_the_lines_on_a_terminal() -> None:
    """It is removed before a line is written, and cut to one row."""

    def use(screen: Screen) -> None:
        screen.status("0123456789ABC")
        screen.line("ready")

    assert shown(use, b"\n012345678", columns=10) == (
        b"\r\x1b[K012345678\r\x1b[Kready\r\n012345678"
    )


def test_a_line_is_folded_at_the_width_of_the_terminal() -> None:
    """No word is divided, and what follows the first row is indented."""
    output = shown(lambda screen: screen.line("one two three four"), b"four\r\n", columns=14)

    assert output == b"\r\x1b[Kone two three\r\n    four\r\n"


def test_a_folded_command_can_be_copied() -> None:
    """Its rows end with a backslash."""
    output = shown(
        lambda screen: screen.command("to look", "/usr/bin/ctl", "--dir /tmp/x", "top"),
        b"top\r\n",
        columns=20,
    )

    assert (
        output == b"\r\x1b[Kto look:\r\n    /usr/bin/ctl \\\r\n    --dir /tmp/x \\\r\n    top\r\n"
    )


def test_warnings_have_a_colour_unless_it_is_unwanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """$NO_COLOR with any value turns colours off."""

    def use(screen: Screen) -> None:
        screen.daemon_line("x", WARNING)

    coloured = shown(use, b"line=7\r\n")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = shown(use, b"line=7\r\n")

    assert b"x: \x1b[33mwarning\x1b[0m: row refused" in coloured
    assert b"x: warning: row refused" in plain
