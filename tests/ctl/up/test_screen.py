"""The output of `up` for people."""

import fcntl
import io
import os
import pty
import select
import struct
import termios

from tradestack.ctl.up.screen import Screen


def test_only_prefixed_lines_are_written_to_a_file() -> None:
    """A file or pipe gets neither the summary nor control characters."""
    stream = io.StringIO()
    screen = Screen(stream)

    screen.line("gateway", "ready")
    screen.summarise("500 ticks/s")
    screen.close()

    assert stream.getvalue() == "         gateway | ready\n"


def test_the_summary_stays_below_the_lines_on_a_terminal() -> None:
    """The summary is removed before a line is written, and cut to one row."""
    master, slave = pty.openpty()
    with os.fdopen(master, "rb", buffering=0) as terminal, os.fdopen(slave, "w") as stream:
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 10, 0, 0))
        screen = Screen(stream)

        screen.summarise("0123456789ABC")
        screen.line("x", "ready")

        shown = b""
        while not shown.endswith(b"\n012345678"):
            assert select.select([terminal], [], [], 60)[0], shown
            shown += terminal.read(1000)
        assert shown == b"\r\x1b[K012345678\r\x1b[K               x | ready\r\n012345678"
