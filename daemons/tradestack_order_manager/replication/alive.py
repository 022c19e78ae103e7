"""The primary's sign of life, twice a second, outside the stream: who writes it, and how far."""

import contextlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from tradestack.engine.connection import Connection
from tradestack.engine.faults import Unavailable
from tradestack_order_manager.replication.writer import Writer

if TYPE_CHECKING:
    from nats.aio.msg import Msg


def _subject(stream: str) -> str:
    return f"{stream}.alive"  # the stream's own subject is its name alone


async def say_alive(connection: Connection, stream: str, writer: Writer) -> None:
    """Send the sign of life to the standbys. Raises Unavailable."""
    author = writer.author
    said = {"Epoch": author.epoch, "Host": author.host, "Last": writer.last}
    try:
        await connection.client.publish(_subject(stream), json.dumps(said).encode())
    except Exception as error:  # nats-py has no one class for it
        raise Unavailable(str(error) or type(error).__name__) from error


async def hear_alive(
    connection: Connection, stream: str, heard: Callable[[str, int, int], None]
) -> None:
    """Call `heard` with host, epoch and newest message of a primary. Raises Unavailable."""

    async def received(message: "Msg") -> None:
        with contextlib.suppress(ValueError, KeyError, TypeError):  # not of a primary
            said = json.loads(message.data)
            heard(said["Host"], said["Epoch"], said["Last"])

    try:
        await connection.client.subscribe(_subject(stream), cb=received)
    except Exception as error:  # nats-py has no one class for it
        raise Unavailable(str(error) or type(error).__name__) from error
