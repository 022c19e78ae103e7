"""The orders of an order manager, read from its journal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKSUM_LENGTH = 9  # eight digits and a space: JOURNAL.md


def order_records(directory: Path) -> Iterator[dict[str, Any]]:
    """Return the order records of the one session in the state directory."""
    (path,) = directory.glob("*.journal")
    for line in path.read_bytes().splitlines():
        record = json.loads(line[CHECKSUM_LENGTH:])
        if record["Record"] == "Order":
            yield record
