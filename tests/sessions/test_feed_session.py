"""A feed session commits its source's ticks to its log, and continues after any end."""

import asyncio
import errno
import os
import resource
from pathlib import Path

import pytest

from tests.daemons.tradestack_gateway.sessions.recorded import recorded_sidecars
from tests.daemons.tradestack_gateway.ticks import (
    NEWS_EVERY,
    SESSION_ID,
    TickSource,
    begin_session,
    make_ticks,
)
from tests.kit.disk_calls import fail_with, record_disk_calls
from tradestack.sessions import feed_session
from tradestack.sessions.catch_up import SourcesDiffer
from tradestack.sessions.feed_session import FeedSession
from tradestack.sessions.sidecar import Mark, Settings
from tradestack.store.feed_log import FeedLog
from tradestack.wire.feed import TICK_PACKET_LENGTH

TICKS = 30


def publish(session: FeedSession, count: int) -> None:
    """Commit up to `count` ticks; message n has publish time n."""
    while count and (records := session.pending(0)) is not None:
        for _ in range(min(count, len(records))):
            session.commit(1, session.log.head + 1)
            count -= 1


def resume(directory: Path, source: TickSource) -> FeedSession:
    """Open the session as a restarted gateway does."""

    async def still_busy() -> None:
        await asyncio.sleep(0)

    (sidecar,) = recorded_sidecars(directory)
    return asyncio.run(FeedSession.resume(directory, sidecar, source, still_busy))


def logged_values(directory: Path) -> list[int]:
    """Return the values in the session's log."""
    log = FeedLog.open(directory / f"{SESSION_ID}.feed")
    values: list[int] = log.records(1, TICKS)["value"].tolist()
    log.close()
    return values


def test_committed_ticks_are_in_the_log(tmp_path: Path) -> None:
    """They have numbers, publish times and slots; other ticks stay pending."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    before = session.pending(0)

    published = session.commit(3, 77)

    assert before is not None
    assert before["value"].tolist() == [1, 2, 3, 4]
    assert published.first_sequence == 1
    assert published.records["value"].tolist() == [1, 2, 3]
    assert published.slots.tolist() == [0, 1, 2]
    assert session.log.records(1, 9).tobytes() == published.records.tobytes()
    assert session.log.records(1, 9)["publish_time_ns"].tolist() == [77] * 3
    pending = session.pending(0)
    assert pending is not None
    assert pending["value"].tolist() == [4]
    session.close()


def test_counters_are_those_of_the_log(tmp_path: Path) -> None:
    """Prices and news are counted to the end of the source."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))

    publish(session, TICKS + 1)

    news = TICKS // NEWS_EVERY
    assert (session.log.head, session.prices_total, session.news_total) == (
        TICKS,
        TICKS - news,
        news,
    )
    assert session.pending(0) is None
    session.close()


def test_failed_commit_publishes_nothing(tmp_path: Path) -> None:
    """On a full disk the same ticks stay pending under the same numbers."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    publish(session, 2)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * TICK_PACKET_LENGTH + 1, hard))
    try:
        with pytest.raises(OSError, match="were written"):
            session.commit(2, 3)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    totals = session.log.head, session.prices_total

    publish(session, 2)

    assert totals == (2, 2)
    assert session.log.records(1, 9)["value"].tolist() == [1, 2, 3, 4]
    session.close()


@pytest.mark.parametrize("head", range(0, TICKS + 1, 3))
@pytest.mark.parametrize("ticks_between_marks", [1, 7, 1_000])
def test_resumed_session_continues_at_the_next_number(
    tmp_path: Path, head: int, ticks_between_marks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Log and counters are the same, wherever it stopped and whatever checkpoints it saved."""
    monkeypatch.setattr(feed_session, "MARK_TICKS_MIN", ticks_between_marks)
    monkeypatch.setattr(feed_session, "MARK_INTERVAL_NS", 0)
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    publish(session, head)
    session.close()

    session = resume(tmp_path, TickSource(make_ticks(TICKS), batch=3))
    resumed = session.log.head, session.prices_total
    publish(session, TICKS)

    assert resumed == (head, head - head // NEWS_EVERY)
    assert session.prices_total == TICKS - TICKS // NEWS_EVERY
    session.close()
    assert logged_values(tmp_path) == list(range(1, TICKS + 1))


def test_resuming_reads_from_the_newest_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records before it are not read again."""
    monkeypatch.setattr(feed_session, "MARK_TICKS_MIN", 1)
    monkeypatch.setattr(feed_session, "MARK_INTERVAL_NS", 0)
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    publish(session, 10)
    session.close()
    (sidecar,) = recorded_sidecars(tmp_path)

    source = TickSource(make_ticks(TICKS))
    session = resume(tmp_path, source)

    assert [mark.sequence for mark in sidecar.checkpoints] == [4, 8]
    assert source.checkpoint() == {"given": 12}
    session.close()


@pytest.mark.parametrize(
    ("records", "words"),
    [
        (make_ticks(5), "the sources end at message 5, the log at 10"),
        (make_ticks(TICKS, seconds_apart=2), "message 10 of the log is not what the sources"),
    ],
)
def test_changed_sources_are_refused(tmp_path: Path, records: object, words: str) -> None:
    """If the source does not return what is in the log, source and log are closed."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    publish(session, 10)
    session.close()

    source = TickSource(records)  # type: ignore[arg-type]
    with pytest.raises(SourcesDiffer, match=words):
        resume(tmp_path, source)

    assert source.closed
    assert logged_values(tmp_path) == list(range(1, 11))  # opened: nobody else has it open


def test_checkpoint_of_another_source_is_refused(tmp_path: Path) -> None:
    """It was written for other sources."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    publish(session, 10)
    session.close()
    mark = Mark(sequence=4, prices_total=4, position={"elsewhere": 1})
    session.sidecar.with_mark(mark).save(tmp_path)

    with pytest.raises(SourcesDiffer, match="the checkpoint at message 4 is not understood"):
        resume(tmp_path, TickSource(make_ticks(TICKS)))


def test_ended_session_has_nothing_pending(tmp_path: Path) -> None:
    """Also after a restart, though the source has more; the log stays open for readers."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    publish(session, 8)
    session.end()
    session.close()
    assert session.log.read(1, 1_000)[1] == 9
    session.log.close()

    resumed = resume(tmp_path, TickSource(make_ticks(TICKS)))

    assert resumed.log.ended
    assert resumed.pending(0) is None
    resumed.log.close()


def test_log_is_synced_before_its_end_is_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut could otherwise shorten a log that is said to be complete."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    publish(session, 8)
    calls = record_disk_calls(monkeypatch)

    session.end()

    synced = calls.index(("sync", f"{SESSION_ID}.feed"))
    assert synced < calls.index(("rename", f"{SESSION_ID}.json"))
    session.log.close()


@pytest.mark.parametrize("call", ["fdatasync", "replace"])
def test_session_that_cannot_be_ended_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Its end reaches the disk neither now nor with the next checkpoint."""
    monkeypatch.setattr(feed_session, "MARK_TICKS_MIN", 1)
    monkeypatch.setattr(feed_session, "MARK_INTERVAL_NS", 0)
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    publish(session, 8)
    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail_with(errno.EROFS))
        with pytest.raises(OSError, match="Read-only"):
            session.end()

    assert not session.log.ended
    assert session.pending(0) is not None
    (saved,) = recorded_sidecars(tmp_path)
    assert [mark.sequence for mark in saved.checkpoints] == [4, 8]
    assert not saved.ended
    session.close()


def test_failed_save_keeps_the_settings_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They hold in the running process already."""
    session = begin_session(tmp_path, TickSource(make_ticks(TICKS)))
    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", fail_with(errno.EROFS))
        with pytest.raises(OSError, match="Read-only"):
            session.keep(Settings(paused=True))

    session.end()

    (saved,) = recorded_sidecars(tmp_path)
    assert saved.settings == Settings(paused=True)
    session.log.close()


@pytest.mark.parametrize("call", ["replace", "fsync"])
def test_session_that_cannot_begin_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A log without a sidecar would be refused at the next start."""
    with monkeypatch.context() as broken:
        broken.setattr(os, call, fail_with(errno.ENOSPC))
        with pytest.raises(OSError, match="No space"):
            begin_session(tmp_path, TickSource(make_ticks(TICKS)))

    assert list(tmp_path.glob("*.feed")) == []
    assert list(tmp_path.glob("*.json")) == []
