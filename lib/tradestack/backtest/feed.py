"""The gateway's part of a backtest: the records of a source → the messages of a feed session."""

import os
from pathlib import Path

from tradestack.backtest.plan import Plan
from tradestack.domain.clock import Clock
from tradestack.domain.session_id import ENTROPY_BYTES, new_session_id
from tradestack.sessions.feed_session import FeedSession
from tradestack.sessions.open_source import open_source
from tradestack.sessions.sidecar import Sidecar
from tradestack.sessions.source_identity import SourceIdentity, file_identity, identity_of
from tradestack.sources.bad_rows import BadRows, log_bad_row
from tradestack.sources.feed_log_source import FeedLogSource
from tradestack.sources.source import Source
from tradestack.sources.time_span import TimeSpan
from tradestack.wire.feed import TickBatch

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
        self._source = _source_of(plan, directory)
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


def _source_of(plan: Plan, directory: Path) -> Source:
    if plan.feed_log is not None:
        return TimeSpan(FeedLogSource(plan.feed_log), plan.start_ns, plan.end_ns)
    source = open_source(plan.gateway, BadRows(log_bad_row), directory)
    return TimeSpan(source, plan.start_ns, plan.end_ns)


def _identity_of(plan: Plan) -> SourceIdentity:
    sources = (
        identity_of(plan.gateway)
        if plan.feed_log is None
        else {"source": "feed-log", "feed_log": file_identity(plan.feed_log)}
    )
    return {**sources, "start_at_ns": plan.start_ns, "end_at_ns": plan.end_ns}
