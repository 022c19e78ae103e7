"""The checksums of feed sessions: they follow, and come and go with the log."""

import asyncio
import zlib
from pathlib import Path

import pytest

from tests.daemons.tradestack_gateway.sessions.begun import begin, make_sessions, publish_all
from tradestack.configs.gateway import GatewayConfig
from tradestack.sessions.feed_session import CHECKSUM_INTERVAL_NS
from tradestack.store import feed_checksums
from tradestack.store.feed_checksums import read_checksums


def whole(log: Path) -> list[int]:
    """The checksum of a log that is shorter than a block."""
    return [zlib.crc32(log.read_bytes())]


def test_they_follow_what_is_published(
    tmp_path: Path, config: GatewayConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One step in each interval; before the end the rest."""
    for name, value in (("SLICE_BYTES", 64), ("BLOCK_BYTES", 64), ("BLOCK_MESSAGES", 1)):
        monkeypatch.setattr(feed_checksums, name, value)
    session = begin(make_sessions(tmp_path), config)
    counts = []
    for now_ns in (1, 2, CHECKSUM_INTERVAL_NS + 1, CHECKSUM_INTERVAL_NS + 2):
        assert session.pending(CHECKSUM_INTERVAL_NS + now_ns) is not None
        session.commit(2, 1)
        counts.append(len(read_checksums(session.log.path)))

    asyncio.run(session.sync_ahead())

    assert counts == [0, 0, 1, 1]
    assert len(read_checksums(session.log.path)) == session.log.head == 8
    session.close()


def test_an_ended_session_has_all_of_them(tmp_path: Path, config: GatewayConfig) -> None:
    """Whether it ended on command, or was left by a process that died."""
    sessions = make_sessions(tmp_path)
    first = begin(sessions, config)
    publish_all(first)
    second = begin(sessions, config, first)
    publish_all(second)
    second.close()

    third = begin(make_sessions(tmp_path), config)

    for session in (first, second):
        assert read_checksums(session.log.path) == whole(session.log.path)
    third.close()
    sessions.close()


def test_they_are_removed_with_the_log(tmp_path: Path, config: GatewayConfig) -> None:
    """When a session is pruned, and when one is discarded."""
    sessions = make_sessions(tmp_path)
    first = begin(sessions, config)
    publish_all(first)
    second = begin(sessions, config, first)
    second.log.path.with_suffix(".crc").write_text("00000000\n")

    assert sessions.prune(1, ()) == [first.session_id]
    second.discard()

    assert list(tmp_path.glob("*.crc")) == []
    sessions.close()
