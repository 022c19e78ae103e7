"""The records of an order manager, read from its journal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKSUM_LENGTH = 9  # eight digits and a space: JOURNAL.md


def order_records(directory: Path) -> Iterator[dict[str, Any]]:
    """Return the order records of the one session in the state directory."""
    return (record for record in _records(directory) if record["Record"] == "Order")


def fill_records(directory: Path) -> Iterator[dict[str, Any]]:
    """Return the records of fills of the same session."""
    return (
        record
        for record in _records(directory)
        if record["Record"] == "Execution" and record["Report"].get("ExecType") == "TRADE"
    )


def _records(directory: Path) -> Iterator[dict[str, Any]]:
    (path,) = directory.glob("*.journal")
    for line in path.read_bytes().splitlines():
        yield json.loads(line[CHECKSUM_LENGTH:])
