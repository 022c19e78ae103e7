"""Text of a server's debug packet → the reason for which it closed the connection."""

from tradestack.wire.close_reason import CloseReason, decode_close


def reason_of(remark: bytes) -> CloseReason:
    """Return the reason, which the text has to have."""
    close = decode_close(remark)
    assert close is not None, remark
    return close.reason
