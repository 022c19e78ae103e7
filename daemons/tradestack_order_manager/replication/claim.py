"""The claim before serving: local journals are made equal to the stream, which is then claimed.

A stream that cannot be read yet is waited for; one that lacks messages is an operator's fault.

A standby claims a stream only right after most servers have followed its leader, and gives up after
CLAIM_TIMEOUT_S: what a leader without the others takes is neither stored nor refused, and becomes
valid when they come back. So it is not sent to begin with. If the servers are lost in just that
second, the Takeover may still be stored later; then this host reads it, and is the primary.
"""

import asyncio
import enum
import logging
import os
from pathlib import Path

from tradestack.domain.clock import Clock
from tradestack.engine.faults import Damaged, EngineError, Missing
from tradestack.replication.message import Authorship, JournalEntry, Takeover
from tradestack.runtime.supervisor.notify import Notifier
from tradestack_order_manager.replication.control import TakeoverRefused
from tradestack_order_manager.replication.follower import NO_MAJORITY, Follower
from tradestack_order_manager.replication.link import RETRY_MAX_S, Damages, Link, read_entry
from tradestack_order_manager.replication.local_copy import LocalCopy
from tradestack_order_manager.replication.publisher import Publisher
from tradestack_order_manager.replication.writer import Overtaken, Writer

START_TIMEOUT_S = 30  # asked for again while the stream cannot be reached
CLAIM_TIMEOUT_S = 10.0  # an election is over by then
NOT_STORED = (
    "most servers of the stream were lost while it was claimed; start them: if the takeover is "
    "stored all the same, this host is the primary then (`tradestackctl ha status`)"
)

logger = logging.getLogger(__name__)


class Cause(enum.Enum):
    """Why a host becomes the primary, in words."""

    OWN = "it was the last one that wrote the stream"
    COMMAND = "by command"
    SILENCE = "the primary was silent"


class StillThere(Exception):
    """The primary was heard again, so that its silence is no cause to replace it any more."""


async def catch_up(directory: Path, link: Link, notifier: Notifier) -> LocalCopy:
    """Make the local journals equal to the stream. Raises OperatorFault, OSError."""
    damages = Damages(directory, link.name)
    while True:
        notifier.extend_timeout(START_TIMEOUT_S)
        stream = await link.patiently()
        try:
            return await LocalCopy.catch_up(directory, stream)
        except EngineError as error:
            if isinstance(error, Damaged | Missing):
                damages.note(0, error)
            await _pause(error)


async def read_rest(follower: Follower, link: Link) -> None:
    """Read the stream to its end. Raises OperatorFault, OSError."""
    while True:
        await link.patiently()
        try:
            return await follower.catch_up()
        except EngineError as error:
            if isinstance(error, Damaged | Missing):
                follower.damages.note(follower.last, error)
            await _pause(error)


async def confirm(follower: Follower) -> None:
    """Return when most servers follow the stream's leader. Raises TakeoverRefused.

    What cannot be stored now must not be waited for: the standby goes on.
    """
    try:
        async with asyncio.timeout(CLAIM_TIMEOUT_S):
            await follower.confirm()
    except EngineError as error:
        raise TakeoverRefused(f"the stream cannot be read: {error}") from error
    except TimeoutError:
        remedy = "start them, or repair the network, and ask again"
        raise TakeoverRefused(f"{NO_MAJORITY}; {remedy}") from None


async def claim(follower: Follower, link: Link, host: str, cause: Cause, clock: Clock) -> Publisher:
    """Append a Takeover after everything that is stored.

    Raises Overtaken by another claim, StillThere, OperatorFault, OSError.
    """
    while True:
        if cause is Cause.SILENCE and not follower.silence.is_over:
            raise StillThere("the primary was heard again")
        epoch = 1 if follower.author is None else follower.author.epoch + 1
        author = Authorship(epoch, host, os.urandom(8).hex())
        follower.claims.add(author.writer)
        writer = Writer(link, author, follower.last, clock)
        try:
            await writer.append(Takeover(author, follower.stored_session, clock.wall_ns()))
        except Overtaken as overtaken:
            if isinstance(overtaken.entry, Takeover):
                raise
            await read_rest(follower, link)
        else:
            return Publisher(writer, link, clock)


async def may_be_served_elsewhere(follower: Follower, link: Link, host: str) -> bool:
    """Return whether another host was the primary until a moment ago.

    follower: has read all that is before the claim. A primary writes nothing but claims before it
    serves, so whatever else is of this host is old enough.
    """
    while True:
        stream = await link.patiently()
        try:
            first = max(1, (await stream.state()).first)
            for sequence in range(follower.last, first - 1, -1):
                entry = read_entry(stream.name, await stream.message(sequence))
                if entry.author.host != host:
                    return True
                if isinstance(entry, JournalEntry):
                    return False
        except EngineError as error:
            await _pause(error)
        else:
            return False


async def _pause(error: EngineError) -> None:
    logger.warning("the stream cannot be read yet: %s", error)
    await asyncio.sleep(RETRY_MAX_S)
