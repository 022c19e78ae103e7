"""What NATS says, in its own words → what that means here, and what to do.

an answer with a number     refusal   nats-server/server/errors.json has the numbers
no answer                   silence
an exception of nats-py     meaning
"""

import socket
from collections.abc import Mapping
from typing import Any

from tradestack.engine.faults import EngineError, Fenced, Missing, TooFewServers, Unavailable
from tradestack.engine.settings import EngineSettings

NOT_FOUND = 404
# "wrong last sequence", with and without the number in the text
WRONG_LAST_SEQUENCE = {10071, 10164}
TOO_FEW_SERVERS = 10005  # in a cluster
ONE_SERVER = 10074  # that is in no cluster
# With a reason behind it, there are servers enough, and some do not run. The number is the same.
OF_NO_OTHER_REASON = "no suitable peers for placement"
NO_ROOM = (
    "the servers have no room: raise max_file in the section jetstream of their configuration, "
    "make room on their disks, or remove old streams"
)
NO_JETSTREAM = (
    "no JetStream there: add a section jetstream to the configuration of the servers, allow it to "
    "the account, and set domain if it is that of others"
)
MEANINGS: Mapping[int, str] = {
    10002: NO_ROOM,
    10023: NO_ROOM,
    10028: "the servers have no memory: raise max_mem in the section jetstream",
    10047: NO_ROOM,
    10026: "the account may have no more consumers: raise max_consumers, or stop readers",
    10027: "the account may have no more streams: raise max_streams, or remove old streams",
    10039: NO_JETSTREAM,
    10076: NO_JETSTREAM,
    10109: "the stream was sealed, and takes nothing more",
}
OF_MOST_SERVERS = {10008, 10118}  # a request, or a stream, that has no leader


def refusal(error: Mapping[str, Any], settings: EngineSettings) -> EngineError:
    """The error in an answer of JetStream → the fault that it is."""
    number, text = error.get("err_code", 0), error.get("description", "refused")
    if number in WRONG_LAST_SEQUENCE:
        return Fenced(text)
    if error.get("code") == NOT_FOUND:
        return Missing(f"{text} (NATS {number})")
    if number == ONE_SERVER or (number, text) == (TOO_FEW_SERVERS, OF_NO_OTHER_REASON):
        return TooFewServers(f"{settings.hosts}: fewer servers than are to store it")
    if number == TOO_FEW_SERVERS:
        what = f"too few of the servers {settings.hosts} run for a new stream: start them"
    elif number in OF_MOST_SERVERS:
        what = without_most(settings)
    else:
        what = MEANINGS.get(number, f"the servers refuse it: {text}")
    return Unavailable(f"{what} (NATS {number})")


def silence(server: str, seconds: float, settings: EngineSettings) -> Unavailable:
    """No answer of a server that is connected → the fault that it is."""
    if len(settings.servers) == 1:
        return Unavailable(f"{server} does not answer within {seconds:g} s: see its log")
    return Unavailable(f"no answer within {seconds:g} s: {without_most(settings)}")


def without_most(settings: EngineSettings) -> str:
    """Return what to do about servers that cannot decide anything."""
    if len(settings.servers) == 1:
        return f"JetStream is not ready at {settings.hosts}: start the other servers of its cluster"
    return f"most of the servers {settings.hosts} do not run or reach each other: start them"


def meaning(error: BaseException) -> str:
    """An exception of nats-py, or of a socket → what has happened."""
    from nats import errors

    match error:
        case ConnectionRefusedError():
            return "nothing listens there: start the server"
        case socket.gaierror():
            return "its name is not known here"
        case ConnectionResetError() | BrokenPipeError() | errors.UnexpectedEOF():
            return "the server has closed the connection"
        case errors.StaleConnectionError():
            return "the server gives no sign of life"
        case errors.ConnectionClosedError():
            return "the connection is closed"
        case TimeoutError():
            return "no answer in time"
        case OSError():
            return error.strerror or str(error)
    return str(error).removeprefix("nats: ") or type(error).__name__
