"""The files of a feed session that has ended are damaged, locked, of another version or cut off.

It costs that session: the gateway, the current session and its clients notice nothing.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tests.kit.gateway import Gateway

TICKS = 8_000  # more than one read of the log


def damage_log(state: Path, session: str) -> AbstractContextManager[None]:
    """Overwrite a packet in the middle."""
    with (state / f"{session}.feed").open("r+b") as file:
        file.seek(64 * 100)
        file.write(b"no packet at all")
    return nullcontext()


@contextmanager
def lock_log(state: Path, session: str) -> Iterator[None]:
    """Hold the log as a program that makes a backup does."""
    with (state / f"{session}.feed").open("rb") as backup:
        fcntl.flock(backup, fcntl.LOCK_SH)
        yield


def replace_log(state: Path, session: str) -> AbstractContextManager[None]:
    """Put a directory where the log was."""
    (state / f"{session}.feed").unlink()
    (state / f"{session}.feed").mkdir()
    return nullcontext()


def await_writer_of_log(state: Path, session: str) -> AbstractContextManager[None]:
    """Put a FIFO where the log was."""
    (state / f"{session}.feed").unlink()
    os.mkfifo(state / f"{session}.feed")
    return nullcontext()


def age_log(state: Path, session: str) -> AbstractContextManager[None]:
    """Leave a log of 48 bytes a tick."""
    (state / f"{session}.feed").write_bytes(b"\x00\x2eSP" + bytes(44))
    return nullcontext()


def remove_sidecar(state: Path, session: str) -> AbstractContextManager[None]:
    """Leave the log alone."""
    (state / f"{session}.json").unlink()
    return nullcontext()


def await_writer_of_sidecar(state: Path, session: str) -> AbstractContextManager[None]:
    """Put a FIFO where the sidecar was."""
    (state / f"{session}.json").unlink()
    os.mkfifo(state / f"{session}.json")
    return nullcontext()


def renew_sidecar(state: Path, session: str) -> AbstractContextManager[None]:
    """Leave a sidecar of another version."""
    (state / f"{session}.json").write_text('{"format": 99}')
    return nullcontext()


def fill_sidecar(state: Path, session: str) -> AbstractContextManager[None]:
    """Leave a sidecar of readable nonsense."""
    (state / f"{session}.json").write_text('{"format": 2, "session_id": 7, "sources": []}')
    return nullcontext()


@pytest.mark.parametrize(
    "harm",
    [
        damage_log,
        lock_log,
        replace_log,
        await_writer_of_log,
        age_log,
        remove_sidecar,
        await_writer_of_sidecar,
        renew_sidecar,
        fill_sidecar,
    ],
)
def test_a_login_to_it_is_refused_and_nobody_else_notices(
    tmp_path: Path, harm: Callable[[Path, str], AbstractContextManager[None]]
) -> None:
    """Over a restart too, there is one error in the log, and J S for that login."""
    with Gateway(tmp_path) as gateway:
        old = two_sessions(gateway)
        gateway.stop()
        with harm(gateway.state, old):
            current = gateway.start()["session"]
            follower = gateway.client()
            follower.read(10)
            assert gateway.client(session=old).rejected
            assert gateway.client(session=old).rejected
            follower.read(10)

        assert gateway.errors.count(f"session={old} is not served") == 1
        assert gateway.stats()["session"] == current
        assert gateway.call("NewSession")["session"] not in (old, current)
        assert gateway.stop() == 0


def test_a_log_that_is_cut_under_its_reader_ends_that_reader_only(tmp_path: Path) -> None:
    """The reader is sent nothing but what was published, and never the end of the session."""
    with Gateway(tmp_path) as gateway:
        old = two_sessions(gateway)
        follower = gateway.client()
        assert len(gateway.client(old, TICKS - 9).read()) == 10
        with (gateway.state / f"{old}.feed").open("r+b") as log:
            log.truncate(64 * 5_000)

        reader = gateway.client(session=old)
        sent = reader.rest()

        assert 0 < len(sent) <= 5_000
        assert {packet.type.name for packet in sent} == {"SEQUENCED_DATA"}
        assert b"CONNECTION_LOST" in reader.remarks[0]
        follower.read(10)
        assert "before its head: another program cut it" in gateway.errors
        assert gateway.stop() == 0


def two_sessions(gateway: Gateway) -> str:
    """Publish a session to its end and begin another; return the id of the first."""
    prices = write(gateway.directory / "prices.csv", PRICES_HEADER + price_rows(TICKS))
    gateway.configure(prices=prices, pace="max", at_end="end-session")
    old: str = gateway.start()["session"]
    gateway.stats_when(lambda stats: stats["source_state"] == "ended")
    gateway.call("SetPace", {"pace": "1000/s"})
    gateway.call("NewSession")
    return old
