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
from pathlib import Path

from tradestack.configs.replication import Role
from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault, StartAgain
from tradestack.engine.faults import Damaged, EngineError, Missing
from tradestack.replication.message import Authorship, Takeover
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.store.free_space import DISK_FULL, storage_fault
from tradestack_order_manager.replication.control import TakeoverRefused
from tradestack_order_manager.replication.follower import NO_MAJORITY, Follower
from tradestack_order_manager.replication.identity import Identity
from tradestack_order_manager.replication.link import RETRY_MAX_S, Damages, Link
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
            return await LocalCopy.catch_up(directory, stream, link.foreign)
        except EngineError as error:
            if isinstance(error, Damaged | Missing):
                damages.note(0, error)
            await _pause(error)
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
            logger.warning("waiting for space: %s", storage_fault(error, directory))
            await asyncio.sleep(RETRY_MAX_S)


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

    It is refused without space on the disk as well. What cannot be stored now must not be waited
    for: the standby goes on.
    """
    if follower.shortage is not None:
        raise TakeoverRefused(follower.shortage)
    try:
        async with asyncio.timeout(CLAIM_TIMEOUT_S):
            await follower.confirm()
    except EngineError as error:
        raise TakeoverRefused(f"the stream cannot be read: {error}") from error
    except TimeoutError:
        remedy = "start them, or repair the network, and ask again"
        raise TakeoverRefused(f"{NO_MAJORITY}; {remedy}") from None


async def claim(
    follower: Follower, link: Link, identity: Identity, cause: Cause, clock: Clock
) -> Publisher:
    """Append a Takeover after everything that is stored.

    Raises Overtaken by another claim, StillThere, OperatorFault, OSError.
    """
    while True:
        if cause is Cause.SILENCE and not follower.silence.is_over:
            raise StillThere("the primary was heard again")
        epoch = 1 if follower.author is None else follower.author.epoch + 1
        author = identity.author(epoch)
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


async def claim_in_time(
    follower: Follower, link: Link, identity: Identity, cause: Cause, clock: Clock
) -> Publisher:
    """Read what is left of the stream, and claim it; `OWN` has all the time.

    Raises TakeoverRefused, OperatorFault, OSError.
    """
    try:
        async with asyncio.timeout(None if cause is Cause.OWN else CLAIM_TIMEOUT_S):
            await read_rest(follower, link)
            return await claim(follower, link, identity, cause, clock)
    except (Overtaken, StillThere) as refusal:
        raise TakeoverRefused(str(refusal)) from refusal
    except TimeoutError:
        raise TakeoverRefused(NOT_STORED) from None
    except OSError as error:
        if cause is Cause.OWN or error.errno not in DISK_FULL:
            raise
        raise TakeoverRefused(storage_fault(error, follower.directory)) from error


def another_primary(author: Authorship, host: str) -> OperatorFault:
    """Return what ends the start of a primary where another host has written the stream last."""
    return OperatorFault(
        "replication.role",
        f"host {author.host} is the primary (epoch {author.epoch}), and this one is {host}",
        'set role = "standby" here; `tradestackctl ha takeover` then makes it the primary',
    )


def deposed(overtaken: Overtaken, role: Role) -> OperatorFault | StartAgain:
    """Return what ends an order manager that is not the primary any more.

    One whose role is that of a standby has only to start again, to be one.
    """
    author = overtaken.entry.author
    problem = (
        f"host {author.host} has taken over (epoch {author.epoch}): this one has stopped, "
        "and has acknowledged nothing since"
    )
    if role is Role.STANDBY:
        return StartAgain(f"replication: {problem}; it stands by after its next start")
    remedy = 'set role = "standby" in its section [replication] and start it again'
    return OperatorFault("replication", problem, f"{remedy}: it follows then")


async def _pause(error: EngineError) -> None:
    logger.warning("the stream cannot be read yet: %s", error)
    await asyncio.sleep(RETRY_MAX_S)
