"""The faults of a stream, by what is known after each.

Fenced            not stored: somebody else has appended since
Unavailable       not stored: no server, no leader, no room
UnknownOutcome    stored or not: the server did not answer in time
Missing           there is no such stream, or no message with that number
Damaged           the stream lacks messages that it had
"""


class EngineError(ConnectionError):
    """A request to the engine that did not succeed; it may be repeated on a new connection."""


class Fenced(EngineError):
    """The stream's last message is not the one that the append expected; nothing was stored."""


class Unavailable(EngineError):
    """The engine did not take the request; nothing was stored."""


class TooFewServers(Unavailable):
    """A stream is to be stored on more servers than there are; no server has to be started."""


class UnknownOutcome(EngineError):
    """The engine did not answer, and may have stored the message, or may still do so.

    To read the stream's end is not enough: the message may be under way. What settles it is the
    answer to another append with the same expected sequence, for only one of the two is stored.
    """


class Missing(EngineError):
    """The stream, or the message, does not exist."""


class Damaged(EngineError):
    """The stream lacks messages that it had; what it still has cannot be read in order."""
