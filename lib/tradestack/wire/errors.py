"""bytes that break a protocol → ProtocolError: a peer's fault, which ends its session alone."""


class ProtocolError(Exception):
    """The peer sent what its protocol forbids; the message fits one log line."""
