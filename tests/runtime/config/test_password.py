"""The password file of a daemon that logs in."""

import os
from pathlib import Path

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.password import PASSWORD_BYTES_MAX, read_password


@pytest.mark.parametrize("content", [b"secret", b"secret\n", b"  secret \r\n"])
def test_space_around_a_password_is_ignored(tmp_path: Path, content: bytes) -> None:
    """Editors end the line that a file holds."""
    path = tmp_path / "password"
    path.write_bytes(content)

    assert read_password(path) == "secret"


@pytest.mark.parametrize(
    "content", [b"", b" \n", "geheimnisträger".encode(), b"\xff", b"x" * (PASSWORD_BYTES_MAX + 1)]
)
def test_a_file_without_a_password_is_an_operator_fault(tmp_path: Path, content: bytes) -> None:
    """The fault names the file, and never repeats its content."""
    path = tmp_path / "password"
    path.write_bytes(content)

    with pytest.raises(OperatorFault, match="holds no password in ASCII") as raised:
        read_password(path)

    assert str(path) in str(raised.value)


def test_a_missing_file_is_an_operator_fault(tmp_path: Path) -> None:
    """The fault has the system's reason."""
    with pytest.raises(OperatorFault, match="No such file or directory"):
        read_password(tmp_path / "none")


def test_a_fifo_is_an_operator_fault(tmp_path: Path) -> None:
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / "password")

    with pytest.raises(OperatorFault, match="is a FIFO, not a regular file"):
        read_password(tmp_path / "password")
