"""The checks of what another gateway sends to a relay.

The other gateway is on another host, and may be none. What it sends becomes the names of files,
and a log that this gateway and its clients read again.
"""

from tradestack.domain.faults import OperatorFault
from tradestack.domain.session_id import is_session_id
from tradestack.sessions.feed_session import FeedSession
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch
from tradestack.wire.sound_ticks import require_sound


def require_next_session(upstream: str, session_id: str, current: FeedSession | None) -> None:
    """Raise OperatorFault unless this can be the session after the current one."""
    if not is_session_id(session_id):
        raise _refused(upstream, f"its feed session has the id {session_id!r}")
    if current is not None and session_id < current.session_id:
        raise OperatorFault(
            f"upstream {upstream}",
            f"its feed session {session_id} is older than {current.session_id}, the one here",
            "use another state_directory for another upstream",
        )


def require_next_ticks(upstream: str, batch: TickBatch, current: FeedSession) -> None:
    """Raise OperatorFault unless these can be the messages behind those in the log.

    Raises OSError.
    """
    head = current.log.head
    clock_ns = int(current.log.records(head, 1)["event_time_ns"][0]) if head else 0
    try:
        require_sound(batch, current.symbols, clock_ns)
    except ProtocolError as error:
        raise _refused(upstream, f"session {current.session_id}: {error}") from None


def _refused(upstream: str, problem: str) -> OperatorFault:
    remedy = "no gateway sends that: follow one that can be trusted"
    return OperatorFault(f"upstream {upstream}", problem, remedy)
