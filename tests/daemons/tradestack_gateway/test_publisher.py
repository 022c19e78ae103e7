"""The publication of ticks, and where a fault in the middle of it ends the process."""

import asyncio
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.daemons.tradestack_gateway.sessions.recorded import recorded_sidecars
from tests.daemons.tradestack_gateway.ticks import TickSource, begin_session, make_ticks
from tests.kit.clock import FakeClock
from tests.kit.segments import new_suffix
from tradestack.runtime.process.end_process import EXIT_STATUS_FAULT
from tradestack.sessions import feed_session
from tradestack.sessions.feed_session import FeedSession
from tradestack.sources.pace import Schedule, parse_pace
from tradestack.store.append_file import AppendFile
from tradestack.store.shared_memory.books import SharedNewsBook, SharedPriceBook
from tradestack.store.shared_memory.segment import unlink
from tradestack_gateway.books import Books
from tradestack_gateway.player import Player
from tradestack_gateway.publisher import Publisher

TICKS = 8
WENT_ON = 99  # exit status of a process that has outlived the fault


@pytest.fixture
def suffix() -> Iterator[str]:
    """The suffix of books of this test's own."""
    suffix = new_suffix()
    yield suffix
    for book in (SharedPriceBook, SharedNewsBook):
        unlink(f"{book.NAME}{suffix}")


def fault_of(error: BaseException) -> Callable[..., NoReturn]:
    """Return a function that raises the error."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise error

    return fail


def after(call: Any, error: BaseException) -> Callable[..., NoReturn]:
    """Return a function that raises the error when the call has returned."""

    def fail(*arguments: Any) -> NoReturn:
        call(*arguments)
        raise error

    return fail


def break_append(patch: pytest.MonkeyPatch, _publisher: Publisher, error: BaseException) -> None:
    """Fail in the append, which is in the file already."""
    patch.setattr(AppendFile, "append", after(AppendFile.append, error))


def break_count(patch: pytest.MonkeyPatch, _publisher: Publisher, error: BaseException) -> None:
    """Fail while the session counts what it has appended."""
    patch.setattr(feed_session, "count_kind", fault_of(error))


def break_books(patch: pytest.MonkeyPatch, _publisher: Publisher, error: BaseException) -> None:
    """Fail in the second book, when the first one is up to date."""
    patch.setattr(SharedNewsBook, "update_batch", fault_of(error))


def break_serve(_patch: pytest.MonkeyPatch, publisher: Publisher, error: BaseException) -> None:
    """Fail while clients are served."""
    publisher._serve = fault_of(error)


def break_rates(patch: pytest.MonkeyPatch, publisher: Publisher, error: BaseException) -> None:
    """Fail in the counters."""
    patch.setattr(publisher.rates, "add", fault_of(error))


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (break_append, MemoryError()),
        (break_count, MemoryError()),
        (break_books, MemoryError()),
        (break_books, OSError(errno.EIO, "Input/output error")),
        (break_serve, MemoryError()),
        (break_serve, OSError(errno.EIO, "Input/output error")),
        (break_rates, MemoryError()),
    ],
)
def test_a_fault_after_the_append_ends_the_process_there(
    tmp_path: Path,
    suffix: str,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[pytest.MonkeyPatch, Publisher, BaseException], None],
    error: BaseException,
) -> None:
    """Nothing is published after it, and a restart finds each tick once, in log and books."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    books = Books.open(suffix)
    books.begin(session.session_id, session.symbols)
    publisher = Publisher(books, lambda: None, FakeClock(wall_offset_ns=1))
    player = Player(publisher, Schedule(parse_pace("max"), 0), FakeClock())

    if (pid := os.fork()) == 0:
        try:
            harm(monkeypatch, publisher, error)
            asyncio.run(player.play(session))
        finally:
            os._exit(WENT_ON)
    _, status = os.waitpid(pid, 0)
    session.close()

    assert os.waitstatus_to_exitcode(status) == EXIT_STATUS_FAULT
    resumed = asyncio.run(_resume(tmp_path))
    books.rebuild(resumed.log, resumed.symbols)
    assert resumed.log.head == 4  # one batch of the source
    assert resumed.log.records(1, TICKS)["value"].tolist() == [1, 2, 3, 4]
    assert resumed.prices_total == 4
    assert [book.sequence for book in books.both] == [4, 4]
    resumed.close()
    books.close()


@pytest.mark.parametrize("error", [MemoryError(), OSError(errno.EIO, "Input/output error")])
def test_a_fault_before_the_append_publishes_nothing(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """An error of the disk is raised, and the same ticks are published later."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    books = Books.open(suffix)
    books.begin(session.session_id, session.symbols)
    served: list[int] = []
    publisher = Publisher(books, lambda: served.append(session.log.head), FakeClock())
    session.pending(0)

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", fault_of(error))
        patch.setattr(os, "_exit", fault_of(SystemExit(EXIT_STATUS_FAULT)))
        with pytest.raises((OSError, SystemExit)) as raised:
            publisher.publish(session, 3)

    assert isinstance(raised.value, OSError) == isinstance(error, OSError)
    assert (session.log.head, session.prices_total, publisher.ticks_published) == (0, 0, 0)
    publisher.publish(session, 3)
    assert (served, publisher.ticks_published) == ([3], 3)
    session.close()
    books.close()


async def _resume(directory: Path) -> FeedSession:
    async def still_busy() -> None:
        await asyncio.sleep(0)

    (sidecar,) = recorded_sidecars(directory)
    source = TickSource(make_ticks(TICKS))
    return await FeedSession.resume(directory, sidecar, source, still_busy)
