"""Payloads in a journal, and what opening it again replays."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from tradestack.store.journal import (
    PREFIX_LENGTH,
    Journal,
    Replay,
)

Limit = Callable[[int], AbstractContextManager[None]]
PAYLOADS = [b'{"Version":1}', b'{"Record":"Order","Text":"\xc3\xa4"}', b'{"Record":"Report"}']


def reopen(path: Path) -> tuple[Journal, list[tuple[int, bytes]]]:
    """Open the journal again; return it and what it replayed."""
    replayed: list[tuple[int, bytes]] = []

    def begin(payload: bytes) -> Replay:
        replayed.append((PREFIX_LENGTH, payload))
        return replayed.extend

    return Journal.open(path, begin), replayed


def replay(path: Path) -> list[bytes]:
    """Return the payloads in the journal."""
    journal, replayed = reopen(path)
    journal.close()
    return [payload for _, payload in replayed]


def line_offsets(content: bytes) -> list[int]:
    """Return the offsets at which the lines begin."""
    return [0, *(match.end() for match in re.finditer(b"\n", content))][:-1]
