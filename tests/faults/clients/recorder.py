"""A subscriber in a process of its own, so that it can be stopped.

    python -m tests.faults.clients.recorder HOST:PORT USER PASSWORD_FILE FILE

At the end of the session it writes FILE: for each batch the number of its first packet and its
length in bytes, 8 bytes big-endian each, then the packets.
"""

import asyncio
import logging
import sys
from pathlib import Path

from tests.faults.clients.subscriber import Seen, Subscriber
from tradestack.net.addresses import parse_address
from tradestack.net.client.login import Credentials

_NUMBER_BYTES = 8
POLL_S = 0.01


def read_record(path: Path) -> Seen:
    """Read the file that a recorder wrote."""
    content = path.read_bytes()
    seen: Seen = []
    offset = 0
    while offset < len(content):
        header = content[offset : offset + 2 * _NUMBER_BYTES]
        first, length = (
            int.from_bytes(header[:_NUMBER_BYTES]),
            int.from_bytes(header[_NUMBER_BYTES:]),
        )
        offset += 2 * _NUMBER_BYTES
        seen.append((first, content[offset : offset + length]))
        offset += length
    return seen


async def _record(address: str, user: str, password_file: str, record: str) -> None:
    credentials = Credentials(user, Path(password_file).read_text().strip())
    subscriber = Subscriber(parse_address(address), credentials)
    while not subscriber.session:
        await asyncio.sleep(POLL_S)
    await subscriber.end_of(subscriber.session)
    with Path(record).open("wb") as file:
        for first, packets in subscriber.seen[subscriber.session]:
            file.write(first.to_bytes(_NUMBER_BYTES) + len(packets).to_bytes(_NUMBER_BYTES))
            file.write(packets)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(_record(*sys.argv[1:]))
