"""ControlServer: permission to change something, and the log of it, on real sockets."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.net.abacus import (
    ADD,
    NOBODY,
    ONE,
    SERVICE,
    SET,
    encoded,
    error,
    replies,
    serving,
)


async def test_a_change_is_logged_with_its_caller(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Handler and log have uid and pid from the kernel."""
    caplog.set_level(logging.INFO)
    async with serving(tmp_path) as running:
        answer = await running.exchange(encoded(SET))

        (caller,) = running.abacus.callers
    assert replies(answer) == [{"parameters": {}}]
    assert (caller.pid, caller.uid, caller.gid) == (os.getpid(), os.getuid(), os.getgid())
    assert set(caller.groups) == set(os.getgroups())
    (record,) = caplog.records
    assert f"method=io.test.Abacus.Set uid={os.getuid()} peer_pid={os.getpid()}" in (
        record.getMessage()
    )


ASK_AS = """\
import os, socket, sys
path, uid, gid, groups = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
os.setgroups([int(group) for group in groups.split()])
os.setgid(gid)
os.setuid(uid)
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(path)
    connection.sendall(sys.stdin.buffer.read())
    connection.shutdown(socket.SHUT_WR)
    while data := connection.recv(65536):
        sys.stdout.buffer.write(data)
"""


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that everybody can reach; pytest's own are closed."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    ("gid", "groups", "may"),
    [(NOBODY, "", False), (4242, "", True), (NOBODY, "7 4242", True), (NOBODY, "7", False)],
)
async def test_changes_are_for_the_group_of_the_socket(
    open_directory: Path, gid: int, groups: str, may: bool
) -> None:
    """Main and supplementary groups count; an outsider may ask but not change."""
    async with serving(open_directory) as running:
        os.chown(running.path, 0, 4242)
        running.path.chmod(0o666)
        arguments = [str(running.path), str(NOBODY), str(gid), groups]
        process = await asyncio.create_subprocess_exec(
            "/usr/bin/python3", "-c", ASK_AS, *arguments, stdin=-1, stdout=-1
        )
        answer, _ = await process.communicate(encoded(SET) + encoded(ADD))

        denied = error(f"{SERVICE}.PermissionDenied")
        assert replies(answer) == [{"parameters": {}} if may else denied, ONE]
        assert running.abacus.value == ("x" if may else "")
