"""Random numbers that depend on nothing but their key: no generator, no order of drawing.

A draw hashes its key, so one more order, another run or a restart changes nobody else's draws.
Neither OrderID nor ClOrdID is part of the key: they differ between runs.
"""

import enum
import hashlib
import struct
from typing import NamedTuple

from tradestack.trading.execution.model import ExecutionModel

_NUMBERS = struct.Struct(">QQQQ")
_DIGEST_LENGTH = 16
_DIGEST_BITS = 8 * _DIGEST_LENGTH


class Purpose(enum.Enum):
    """What a number is drawn for; two draws of one request are independent."""

    ENTRY_LATENCY = b"entry latency"
    REPORT_LATENCY = b"report latency"
    SLIPPAGE = b"slippage"


class DrawKey(NamedTuple):
    """A request: its user, the feed message that caused it, and its place among those with it."""

    user: str
    cause: int
    cause_index: int


def draw(
    model: ExecutionModel, key: DrawKey, purpose: Purpose, bound: int, sequence: int = 0
) -> int:
    """Return an integer from 0 to bound - 1, each as likely as any other.

    sequence: of the trade that the number is drawn for, 0 = for none. Of 2¹²⁸ hashes, bound times
    equally many fall to each integer but for one: the probabilities differ by 2⁻¹²⁸ at most, which
    no number of draws can show.
    """
    numbers = _NUMBERS.pack(model.seed, key.cause, key.cause_index, sequence)
    message = numbers + purpose.value + b"\0" + key.user.encode()
    digest = hashlib.blake2b(message, digest_size=_DIGEST_LENGTH).digest()
    return int.from_bytes(digest) * bound >> _DIGEST_BITS
