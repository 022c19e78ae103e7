"""Files that end in an unfinished write, as a crash leaves them."""

import os
from collections.abc import Iterable
from pathlib import Path

from tradestack.store.named_file import open_named_file
from tradestack.wire.feed import TICK_PACKET_LENGTH


def torn_ends(log: Path, journals: Iterable[Path]) -> int:
    """Count them among a feed log and order journals. Raises OSError."""
    is_torn = log.stat().st_size % TICK_PACKET_LENGTH != 0
    return is_torn + sum(map(_lacks_newline, journals))


def _lacks_newline(journal: Path) -> bool:
    if not journal.stat().st_size:
        return False
    with open_named_file(journal) as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
