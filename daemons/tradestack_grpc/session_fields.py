"""The fields about sessions that calls of both services have."""

import grpc

from tradestack.domain.session_id import is_session_id
from tradestack.wire.order_messages import SEQUENCE_MAX
from tradestack_grpc.call_end import CallEnd
from tradestack_grpc.protocol import tradestack_pb2 as pb


def check_session(session_id: str, sequence: int) -> None:
    """Raise CallEnd INVALID_ARGUMENT unless a login can ask for that session and number."""
    if session_id and not is_session_id(session_id):
        text = "a session has 10 characters of 0-9 and A-Z; leave it empty for the current one"
        raise CallEnd(grpc.StatusCode.INVALID_ARGUMENT, text)
    if sequence > SEQUENCE_MAX:
        text = f"next_sequence is at most {SEQUENCE_MAX}"
        raise CallEnd(grpc.StatusCode.INVALID_ARGUMENT, text)


def session_end(*, is_complete: bool) -> pb.SessionEnd:
    """Return the word for the end of a session."""
    return pb.SESSION_END_COMPLETE if is_complete else pb.SESSION_END_NOT_AVAILABLE
