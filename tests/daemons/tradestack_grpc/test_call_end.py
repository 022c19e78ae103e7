"""How a call ends: a status code for each fault of a client of ours."""

import pytest

from tradestack.net.client.listener_owner import ServerNotTrusted
from tradestack.net.client.login import LoginRejected, NotReached, SequenceHole
from tradestack.wire.errors import ProtocolError
from tradestack.wire.soup import RejectReason
from tradestack_grpc.call_end import end_of


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (LoginRejected(RejectReason.NOT_AUTHORIZED), "UNAUTHENTICATED"),
        (LoginRejected(RejectReason.SESSION_NOT_AVAILABLE), "UNAVAILABLE"),
        (NotReached("feed", "127.0.0.1:1", 10.0, "refused"), "UNAVAILABLE"),
        (ServerNotTrusted("a process of uid 1000 listens"), "UNAVAILABLE"),
        (TimeoutError(), "UNAVAILABLE"),
        (ProtocolError("packet 'x' instead of an answer to login"), "UNAVAILABLE"),
        (SequenceHole("0ABCDE1234", 1, 2), "DATA_LOSS"),
    ],
)
def test_a_fault_has_a_code_and_words(fault: Exception, code: str) -> None:
    """The text is never empty."""
    end = end_of(fault)

    assert end is not None
    assert (end.code.name, bool(end.text)) == (code, True)


def test_a_defect_has_none() -> None:
    """It is logged with its traceback, as INTERNAL or UNKNOWN to the client."""
    assert end_of(KeyError("x")) is None
