"""What a soak shows while it runs, and what it keeps for the case that a daemon dies."""

import fcntl
import io
import os
import pty
import struct
import termios

from tradestack.ctl.soak.screen import LINES_KEPT, SoakScreen

COLUMNS = 40
PHASE = "kill 3 of 25"
ROOM = COLUMNS - 1 - len(f"{PHASE}: ")
INFO = "2026-11-22T09:00:00.123456Z info     ready daemon=gateway version=0.1.0"
FAULT = "2026-11-22T09:00:00.123456Z critical fault in the event loop"


def written(*, is_verbose: bool = False) -> tuple[str, str]:
    """What is written of a run, and in addition if a daemon dies in it."""
    stream = io.StringIO()
    screen = SoakScreen("undisturbed", stream, is_verbose=is_verbose)
    screen.line("feed 127.0.0.1:5, orders 127.0.0.1:6")
    screen.command("to look inside", "tradestackctl", "top")
    screen.daemon_line("gateway", INFO)
    screen.daemon_line("strategy-soak", FAULT)
    screen.daemon_line("strategy-soak", "printed")
    screen.status("500 ticks/s")
    before = stream.getvalue()
    screen.show_last()
    return before, stream.getvalue().removeprefix(before)


def test_a_run_is_silent_unless_a_daemon_dies() -> None:
    """Then its problems are told, and what it has printed."""
    before, last = written()

    assert before == ""
    assert last == "strategy-soak: critical: fault in the event loop\nstrategy-soak: printed\n"


def test_verbose_shows_all_at_once() -> None:
    """As `up --verbose` does."""
    before, last = written(is_verbose=True)

    assert len(before.splitlines()) == 5
    assert "to look inside: tradestackctl top" in before
    assert "ready daemon=gateway" in before
    assert last == ""


def test_what_is_kept_is_bounded() -> None:
    """The last lines are those that tell why a daemon died."""
    stream = io.StringIO()
    screen = SoakScreen("undisturbed", stream)
    for number in range(LINES_KEPT + 5):
        screen.daemon_line("strategy-soak", f"line {number}")

    screen.show_last()

    lines = stream.getvalue().splitlines()
    assert lines[0] == "strategy-soak: line 5"
    assert len(lines) == LINES_KEPT


def test_the_state_fits_behind_the_phase() -> None:
    """A row of the terminal has both; at the end it is empty."""
    master, slave = pty.openpty()
    with os.fdopen(master, "rb", buffering=0) as terminal, os.fdopen(slave, "w") as stream:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
        screen = SoakScreen(PHASE, stream)

        assert screen.columns == ROOM
        screen.status("x" * 100)
        shown = terminal.read(1000).decode()
        screen.phase = "kill 4 of 25"
        screen.status("")
        cleared = terminal.read(1000).decode()

    assert shown == f"\r\x1b[K{PHASE}: " + "x" * ROOM
    assert cleared == "\r\x1b[K"
