"""The fault of a peer that breaks its protocol; it ends that peer's session alone."""


class ProtocolError(Exception):
    """The peer sent what its protocol forbids; the message fits one log line."""
