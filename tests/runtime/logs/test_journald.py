"""Fields → entries of the systemd journal."""

import socket
from pathlib import Path

import pytest

from tradestack.runtime.logs.journald import ENTRY_BYTES_MAX, JournalSocket, encode_entry


def test_values_of_one_line_follow_an_equals_sign() -> None:
    """Names are made valid."""
    assert encode_entry({"MESSAGE": "a=b", "feed_seq": "5", "_x-y": "é"}) == (
        b"MESSAGE=a=b\nFEED_SEQ=5\nX_Y=\xc3\xa9\n"
    )


def test_values_of_more_lines_carry_their_length() -> None:
    """A trace cannot forge a field."""
    assert encode_entry({"MESSAGE": "a\nPRIORITY=0"}) == (
        b"MESSAGE\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n"
    )


def test_entry_reaches_the_journal(tmp_path: Path) -> None:
    """Each entry is one datagram."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "socket"))
        receiver.settimeout(60)
        journal = JournalSocket(str(tmp_path / "socket"))

        taken = journal.send({"MESSAGE": "x"})

        assert taken
        assert receiver.recv(100) == b"MESSAGE=x\n"
        journal.close()


def test_entry_that_journald_does_not_take_returns_false(tmp_path: Path) -> None:
    """It is too large, or journald is gone: the caller writes a line instead."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "socket"))
        journal = JournalSocket(str(tmp_path / "socket"))

        assert not journal.send({"MESSAGE": "x" * ENTRY_BYTES_MAX})

    assert not journal.send({"MESSAGE": "x"})
    journal.close()


def test_host_without_journal_is_an_error(tmp_path: Path) -> None:
    """The caller decides what to do then."""
    with pytest.raises(FileNotFoundError):
        JournalSocket(str(tmp_path / "none"))
