"""A journal whose header is changed, with the checksum that belongs to it."""

import json
from pathlib import Path

from tradestack.store.journal_rewrite import encode_line


def rewrite_header(path: Path, **fields: object) -> None:
    """Change fields of the first record."""
    header, _, rest = path.read_bytes().partition(b"\n")
    record = json.loads(header[9:]) | fields
    path.write_bytes(encode_line(json.dumps(record).encode()) + rest)
