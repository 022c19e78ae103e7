"""Why a call ends: a status code of gRPC for programs, a text for people."""

import grpc

from tradestack.net.client.login import LoginRejected, SequenceHole, WrongPort
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import RejectReason

_OF_SERVERS = (
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.UNAVAILABLE,
)


class CallEnd(Exception):
    """The end of a call that its client is told."""

    def __init__(self, code: grpc.StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def end_of(fault: BaseException) -> CallEnd | None:
    """Return how a fault of a client of ours ends the call; None for a defect."""
    match fault:
        case CallEnd():
            return fault
        case WrongPort():
            return CallEnd(grpc.StatusCode.FAILED_PRECONDITION, str(fault))
        case LoginRejected(reason=RejectReason.NOT_AUTHORIZED):
            text = "user or password is not valid there, or the user may only follow the feed"
            return CallEnd(grpc.StatusCode.UNAUTHENTICATED, text)
        case (
            LoginRejected() | OSError() | ProtocolError()
        ):  # NotReached, ServerNotTrusted, TimeoutError
            return CallEnd(grpc.StatusCode.UNAVAILABLE, str(fault) or type(fault).__name__)
        case SequenceHole():
            return CallEnd(grpc.StatusCode.DATA_LOSS, str(fault))
    return None


def is_wrong_login(end: CallEnd) -> bool:
    """Return whether it is the end of a call with a wrong user or password."""
    return end.code is grpc.StatusCode.UNAUTHENTICATED


def is_of_server(end: CallEnd) -> bool:
    """Return whether gateway or order manager cannot serve the call, or not any more."""
    return end.code in _OF_SERVERS
