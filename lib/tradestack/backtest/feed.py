"""The gateway's part of a backtest: the records of a source → the messages of a feed session."""

import os
from collections.abc import Collection
from pathlib import Path

from tradestack.backtest.plan import Plan
from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import ENTROPY_BYTES, new_session_id
from tradestack.domain.times import format_utc
from tradestack.sessions.feed_session import FeedSession
from tradestack.sessions.open_source import open_source
from tradestack.sessions.sidecar import Sidecar
from tradestack.sessions.source_check import SourceCheck
from tradestack.sessions.source_identity import SourceIdentity, file_identity, identity_of
from tradestack.sources.bad_rows import BadRows, log_bad_row
from tradestack.sources.csv.times.timestamps import NANOSECONDS_MAX
from tradestack.sources.feed_log_source import FeedLogSource
from tradestack.sources.shuffled_news import ShuffledNews
from tradestack.sources.source import Source
from tradestack.sources.time_span import TimeSpan
from tradestack.wire.feed import TickBatch, decode_symbol

# Messages that a strategy is handed at once: many enough that a batch costs little, few enough that
# Ctrl-C is noticed at once.
BATCH_MESSAGES_MAX = 8_192
# Never of a feed session that nobody resumes: the time of its checkpoints and checksums.
NO_TIME_NS = 0


class RecordedFeed:
    """The feed session that a backtest records, as a gateway does at the pace "max"."""

    def __init__(self, directory: Path, plan: Plan, clock: Clock) -> None:
        """Open the source and begin the session. Raises OperatorFault, SourceFault, OSError."""
        self._clock = clock
        self._source = source_of(plan, directory)
        now_ns = clock.wall_ns()
        sidecar = Sidecar(
            session_id=new_session_id(now_ns, int.from_bytes(os.urandom(ENTROPY_BYTES))),
            start_time_ns=now_ns,
            sources=_identity_of(plan),
        )
        try:
            self._session = FeedSession.begin(directory, sidecar, self._source)
        except BaseException:
            self._source.close()
            raise

    @property
    def session_id(self) -> str:
        """The id of the feed session."""
        return self._session.session_id

    @property
    def head(self) -> int:
        """The number of the newest message."""
        return self._session.log.head

    @property
    def symbols(self) -> Collection[str]:
        """The symbols that were read."""
        return symbols_of(self._source)

    @property
    def rows_refused(self) -> int:
        """How many rows were left out because they are invalid."""
        return self._source.row_counts().rejected

    @property
    def share_read(self) -> float:
        """About how much of the source was read, 0 to 1."""
        return self._source.share_read

    def next_batch(self) -> TickBatch | None:
        """Publish the next messages and return them; None at the end.

        Raises SourceFault, OSError.
        """
        while (pending := self._session.pending(NO_TIME_NS)) is not None:
            if count := min(len(pending), BATCH_MESSAGES_MAX):
                published = self._session.commit(count, self._clock.wall_ns())
                return TickBatch(published.first_sequence, published.records)
        return None

    def end(self) -> None:
        """End the session. Raises OSError."""
        self._session.end()

    def close(self) -> None:
        """Close all files."""
        self._session.close()
        if self._session.log.ended:
            self._session.log.close()


def source_of(plan: Plan, directory: Path) -> Source:
    """Check and open what a plan is tested on. Raises OperatorFault, SourceFault, OSError.

    Warnings of the check are logged, as a gateway does. directory: where records that are out of
    order are sorted.
    """
    source: Source
    if plan.start_ns is not None and plan.end_ns is not None and plan.start_ns > plan.end_ns:
        start, end = format_utc(plan.start_ns), format_utc(plan.end_ns)
        raise OperatorFault(
            "start and end", f"{start} is later than {end}", "name an end that comes later"
        )
    if plan.feed_log is not None:
        source = FeedLogSource(plan.feed_log)
    else:
        source = open_source(plan.gateway, _checked(plan), directory)
    source = TimeSpan(source, plan.start_ns, plan.end_ns)
    return source if plan.shuffle_seed is None else ShuffledNews(source, plan.shuffle_seed)


def symbols_of(source: Source) -> Collection[str]:
    """Return the symbols that were read from a source."""
    return [decode_symbol(field) for field in source.symbols.fields()]


def no_ticks() -> OperatorFault:
    """Return the fault of data in which there is nothing to trade on."""
    return OperatorFault("data", "it has no ticks", "name other files or another time")


def _checked(plan: Plan) -> BadRows:
    """Check the files of a plan as far as they are used; return what takes their bad rows then.

    Only those are shown that come after the part that was checked. Raises OperatorFault.
    """
    end_ns = NANOSECONDS_MAX if plan.end_ns is None else plan.end_ns
    check = SourceCheck(plan.gateway, BadRows(log_bad_row), end_ns)
    for _ in check.steps():
        pass
    lines = check.result.lines

    def show_later(path: Path, line: int, reason: str, count: int) -> None:
        if line > lines.get(path, 0):
            log_bad_row(path, line, reason, count)

    return BadRows(show_later)


def _identity_of(plan: Plan) -> SourceIdentity:
    sources = (
        identity_of(plan.gateway)
        if plan.feed_log is None
        else {"source": "feed-log", "feed_log": file_identity(plan.feed_log)}
    )
    shuffled = {} if plan.shuffle_seed is None else {"shuffle_seed": plan.shuffle_seed}
    return {**sources, "start_at_ns": plan.start_ns, "end_at_ns": plan.end_ns, **shuffled}
