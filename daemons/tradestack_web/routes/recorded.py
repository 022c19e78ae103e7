"""Answers from the files of sessions: the list of sessions, and the newest messages of a symbol."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.session_id import is_session_id, session_begin_ns
from tradestack.domain.symbol import is_symbol
from tradestack.domain.times import format_utc
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.feed_tape import READ_MESSAGES_MAX, FeedTape
from tradestack.store.journal import JOURNAL_SUFFIX
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TICK_PACKET_LENGTH, TickBatch, encode_symbol
from tradestack_web.http.errors import ApiError
from tradestack_web.live.daemons import GATEWAY, ORDER_MANAGER
from tradestack_web.live.feed_reader import milliseconds, newest_feed_log

SESSIONS_LISTED_MAX = 1_000
SEARCHED_MESSAGES_MAX = 1_000_000


def list_sessions(stack: Path) -> dict[str, Any]:
    """Return the sessions that are kept, the newest first. Raises ApiError."""
    try:
        return {
            "feed": _sessions(stack / GATEWAY, FEED_LOG_SUFFIX, TICK_PACKET_LENGTH),
            "orders": _sessions(stack / ORDER_MANAGER, JOURNAL_SUFFIX, None),
        }
    except OSError as error:
        raise ApiError(502, "not_running", f"the sessions cannot be read: {error}") from error


async def ticks_of(stack: Path, symbol: str, count: int) -> dict[str, Any]:
    """Return the newest messages of a symbol, the oldest first. Raises ApiError."""
    if not is_symbol(symbol):
        raise ApiError(400, "invalid_request", f"not a symbol: {symbol[:40]!r}")
    path = newest_feed_log(stack / GATEWAY)
    if path is None:
        return {"session": None, "head": 0, "ticks": []}
    try:
        tape = FeedTape(path)
        try:
            ticks = await _search(tape, symbol, count)
        finally:
            tape.close()
    except (OSError, ProtocolError) as error:
        raise ApiError(502, "not_running", f"the feed log cannot be read: {error}") from error
    return {"session": tape.session_id, "head": tape.head, "ticks": ticks}


async def _search(tape: FeedTape, symbol: str, count: int) -> list[Any]:
    """Look back, a piece in each pass of the loop."""
    field = encode_symbol(symbol)
    ticks: list[Any] = []
    end = tape.head
    first = max(1, end - SEARCHED_MESSAGES_MAX + 1)
    while end >= first and len(ticks) < count:
        begin = max(first, end - READ_MESSAGES_MAX + 1)
        batch = TickBatch(begin, tape.records(begin, end - begin + 1))
        places = np.flatnonzero(batch.records["symbol"] == field)[len(ticks) - count :]
        ticks = [_tick(batch, int(place)) for place in places] + ticks
        end = begin - 1
        await asyncio.sleep(0)
    return ticks


def _tick(batch: TickBatch, place: int) -> list[Any]:
    one = TickBatch(batch.first_sequence + place, batch.records[place : place + 1])
    tick = next(one.ticks())
    value, size = format_fixed(tick.value), format_fixed(tick.size)
    kind = tick.kind.name.lower()
    return [tick.sequence, kind, milliseconds(tick.event_time_ns), value, size]


def _sessions(directory: Path, suffix: str, message_bytes: int | None) -> list[dict[str, Any]]:
    paths = [path for path in directory.glob(f"*{suffix}") if is_session_id(path.stem)]
    newest = sorted(paths, key=lambda path: path.stem, reverse=True)[:SESSIONS_LISTED_MAX]
    return [_session(path, message_bytes, is_newest=path == newest[0]) for path in newest]


def _session(path: Path, message_bytes: int | None, *, is_newest: bool) -> dict[str, Any]:
    size = path.stat().st_size
    return {
        "session": path.stem,
        "began": format_utc(session_begin_ns(path.stem)),
        "bytes": size,
        "messages": None if message_bytes is None else size // message_bytes,
        "live": is_newest,
    }
