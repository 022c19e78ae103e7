"""What is read of a stream by an order manager: what stops it, what it waits for, what it syncs."""

import asyncio
import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_order_manager.samples import NOW_NS
from tests.kit.disk_calls import record_disk_calls
from tradestack.configs.durability import Durability
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.domain.faults import OperatorFault
from tradestack.engine.faults import Damaged, EngineError, Missing, Unavailable
from tradestack.engine.message import StoredMessage
from tradestack.engine.stream import StreamState
from tradestack.replication.message import (
    Authorship,
    Entry,
    JournalEntry,
    Takeover,
    encode_entry,
)
from tradestack.replication.silence import Silence
from tradestack.runtime.clock import SystemClock
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.store.append_file import AppendFile
from tradestack_order_manager.replication.claim import catch_up, read_rest
from tradestack_order_manager.replication.follower import SILENT_S_MAX, Follower
from tradestack_order_manager.replication.identity import Identity
from tradestack_order_manager.replication.link import DAMAGES_MAX, Foreign
from tradestack_order_manager.replication.publisher import LOOK_INTERVAL_S
from tradestack_order_manager.sessions.order_sessions import OrderSessions

AUTHOR = Authorship(1, "a", "00ff")


class Stream:
    """A stream in memory, and the link to it; faults: raised by the next looks at it, in turn."""

    name = "ORDERS"

    def __init__(self, entries: Sequence[Entry], faults: list[EngineError]) -> None:
        encoded = [encode_entry(entry) for entry in entries]
        self.stored = [StoredMessage(number, *each) for number, each in enumerate(encoded, start=1)]
        self.faults = faults
        self.foreign = Foreign(self.name)
        self._next = 1

    async def patiently(self) -> "Stream":
        """Return the stream."""
        return self

    stream = patiently

    async def state(self) -> StreamState:
        """Raise the next fault, or return what there is."""
        if self.faults:
            raise self.faults.pop(0)
        return StreamState(1, len(self.stored), False, {}, 0)

    async def message(self, sequence: int) -> StoredMessage:
        """Return one message."""
        return self.stored[sequence - 1]

    async def reader(self, sequence: int) -> "Stream":
        """Return what reads from that message on."""
        self._next = sequence
        return self

    async def next_messages(self) -> list[StoredMessage]:
        """Return the next message; wait forever after the last one."""
        if self._next > len(self.stored):
            await asyncio.get_running_loop().create_future()
        self._next += 1
        return [self.stored[self._next - 2]]


def _entries(directory: Path, count: int) -> list[JournalEntry]:
    """Return what the stream has of so many order sessions."""
    directory.mkdir()
    sessions = OrderSessions(directory, Durability.OS, NOW_NS)
    for number in range(1, count):
        sessions.begin_next(NOW_NS + number, lambda _: ())
    sessions.close()
    return [
        JournalEntry(AUTHOR, path.stem, 0, path.read_bytes())
        for path in sorted(directory.glob("*.journal"))
    ]


def _follower(stream: Any, directory: Path) -> Follower:
    return Follower(
        stream,
        directory,
        None,
        last=0,
        author=None,
        stored_session="",
        silence=Silence(None),
        identity=Identity.of(directory, "b", None),
        clock=SystemClock(),
        config=OrderManagerConfig(sessions_kept=2, order_log=directory / "order_log.txt"),
    )


async def _read(stream: Any, directory: Path, *, is_start: bool) -> None:
    if is_start:
        await catch_up(directory, stream, Notifier(None))
    else:
        await read_rest(_follower(stream, directory), stream)


@pytest.fixture
def without_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let attempts follow each other at once, but for a turn of the event loop."""
    monkeypatch.setattr("tradestack_order_manager.replication.claim.RETRY_MAX_S", 0.0)


@pytest.mark.usefixtures("without_pause")
@pytest.mark.parametrize("damage", [Missing("no message 3"), Damaged("message 3 is missing")])
@pytest.mark.parametrize("is_start", [True, False])
def test_what_a_stream_has_lost_is_an_operators_fault(
    tmp_path: Path, damage: EngineError, is_start: bool
) -> None:
    """What is found again is no loss; else the message names the files and what to do."""
    stream: Any = Stream([], [damage] * (DAMAGES_MAX - 1))
    asyncio.run(_read(stream, tmp_path, is_start=is_start))
    assert stream.faults == []
    stream.faults = [damage] * DAMAGES_MAX
    with pytest.raises(
        OperatorFault, match=f"{tmp_path}: the journals.*host whose journal has most"
    ):
        asyncio.run(_read(stream, tmp_path, is_start=is_start))


@pytest.mark.usefixtures("without_pause")
@pytest.mark.parametrize("is_start", [True, False])
def test_others_run_while_a_stream_cannot_be_read(tmp_path: Path, is_start: bool) -> None:
    """Between two attempts the event loop gets its turn."""
    stream: Any = Stream([], [Unavailable("no leader")] * 3)
    seen: list[int] = []

    async def watch() -> None:
        while True:
            seen.append(len(stream.faults))
            await asyncio.sleep(0)

    async def read() -> None:
        watching = asyncio.create_task(watch())
        await _read(stream, tmp_path, is_start=is_start)
        watching.cancel()

    asyncio.run(read())
    assert {1, 2} <= set(seen)


def test_a_journal_is_on_the_disk_before_the_next_one_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the next start only the newest is compared with the stream, so all others are synced."""
    entries = _entries(tmp_path / "a", 3)
    names = [f"{entry.session}.journal" for entry in entries]
    calls = record_disk_calls(monkeypatch)
    starting: Any = Stream(entries, [])
    (tmp_path / "b").mkdir()
    asyncio.run(catch_up(tmp_path / "b", starting, Notifier(None)))
    assert [name for _, name in calls if name in names] == names[:2]
    calls.clear()
    following: Any = Stream(entries, [])
    (tmp_path / "c").mkdir()
    follower = _follower(following, tmp_path / "c")
    asyncio.run(follower.catch_up())
    assert [name for _, name in calls if name in names] == names[:2]
    assert follower.session is not None
    follower.session.close()


def test_a_standby_keeps_as_many_journals_as_a_primary(tmp_path: Path) -> None:
    """`sessions_kept` holds while it follows."""
    entries = _entries(tmp_path / "a", 5)
    stream: Any = Stream(entries, [])
    (tmp_path / "b").mkdir()
    follower = _follower(stream, tmp_path / "b")
    asyncio.run(follower.catch_up())
    kept = sorted(path.stem for path in (tmp_path / "b").glob("*.journal"))
    assert kept == [entry.session for entry in entries[-2:]]
    assert follower.session is not None
    follower.session.close()


def test_a_disk_that_is_full_does_not_end_a_standby(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be written, the beginning of a journal too, is read and written again."""
    monkeypatch.setattr("tradestack_order_manager.replication.follower.RETRY_MAX_S", 0.0)
    entries = _entries(tmp_path / "a", 3)
    stream: Any = Stream(entries, [])
    (tmp_path / "b").mkdir()
    append, failures = AppendFile.append, [True, False] * len(entries)

    def fail_each_first(file: AppendFile, data: bytes) -> int:
        if failures.pop(0):
            raise OSError(errno.ENOSPC, "No space left on device")
        return append(file, data)

    monkeypatch.setattr(AppendFile, "append", fail_each_first)
    follower = _follower(stream, tmp_path / "b")

    async def follow() -> None:
        following = asyncio.create_task(follower.follow())
        while follower.last < len(entries):
            assert not following.done(), following.exception()
            await asyncio.sleep(0)
        following.cancel()

    asyncio.run(follow())
    newest = tmp_path / "b" / f"{entries[-1].session}.journal"
    assert newest.read_bytes() == entries[-1].lines
    assert follower.session is not None
    follower.session.close()


def test_a_primary_that_is_silent_for_longer_than_a_restart_is_a_fault(tmp_path: Path) -> None:
    """Whether the standby would take over by itself or not; it is named."""
    stream: Any = Stream([], [])
    follower = _follower(stream, tmp_path)
    follower.author = AUTHOR
    looks = int(SILENT_S_MAX / LOOK_INTERVAL_S)
    for number in range(looks):
        assert follower.fault is None, number
        follower.silence.look(number, number)
    assert follower.fault == "host a, the primary, has not been heard for 5 s"
    follower.silence.heard()
    assert follower.fault is None


def test_a_namesake_that_has_taken_over_is_a_fault(tmp_path: Path) -> None:
    """It is fenced as any other host; but people cannot tell the two apart."""
    (tmp_path / "a").mkdir()
    namesake = Identity.of(tmp_path / "a", "b", None).author(2)
    stream: Any = Stream([Takeover(namesake, "", 0)], [])
    follower = _follower(stream, tmp_path)
    asyncio.run(follower.catch_up())
    assert follower.fault is not None
    assert "another host is called b" in follower.fault
