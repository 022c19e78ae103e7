"""The claim before serving: local journals are made equal to the stream, which is then claimed.

A stream that cannot be read yet is waited for; one that lacks messages is an operator's fault.
"""

import asyncio
import logging
import os
from pathlib import Path

from tradestack.domain.clock import Clock
from tradestack.engine.faults import Damaged, EngineError, Missing
from tradestack.replication.message import Authorship, JournalEntry, Takeover
from tradestack.runtime.supervisor.notify import Notifier
from tradestack_order_manager.replication.follower import Follower
from tradestack_order_manager.replication.link import RETRY_MAX_S, Damages, Link, read_entry
from tradestack_order_manager.replication.local_copy import LocalCopy
from tradestack_order_manager.replication.publisher import Publisher
from tradestack_order_manager.replication.writer import Overtaken, Writer

START_TIMEOUT_S = 30  # asked for again while the stream cannot be reached

logger = logging.getLogger(__name__)


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


async def claim(follower: Follower, link: Link, host: str, clock: Clock) -> Publisher:
    """Append a Takeover after everything that is stored. Raises Overtaken by another claim."""
    while True:
        epoch = 1 if follower.author is None else follower.author.epoch + 1
        author = Authorship(epoch, host, os.urandom(8).hex())
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
