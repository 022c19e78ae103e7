"""Files that an operator names: what is none is refused at once, in words."""

import os
import socket
from pathlib import Path

import pytest

from tradestack.store.named_file import open_named_file


def test_a_file_is_opened(tmp_path: Path) -> None:
    """Also by way of a link, as operators use them."""
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to(tmp_path / "file")

    with open_named_file(tmp_path / "link") as file:
        assert file.read() == b"content"


def test_a_special_file_is_refused_without_waiting(tmp_path: Path) -> None:
    """To open a FIFO would wait for a writer."""
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(OSError, match="is a FIFO, not a regular file"):
        open_named_file(tmp_path / "fifo")
    with pytest.raises(OSError, match="is a device, not a regular file"):
        open_named_file(Path("/dev/zero"))
    with pytest.raises(IsADirectoryError):
        open_named_file(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_named_file(tmp_path / "missing")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        with pytest.raises(OSError, match="No such device or address"):
            open_named_file(tmp_path / "socket")
