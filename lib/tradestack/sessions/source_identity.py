"""The identity of the configured sources, as JSON: equal identities give equal ticks.

A file is identified by path, size, modification time and a hash of its first and last MiB: enough
to notice that it was replaced or edited, without reading all of a large one.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

from tradestack.configs.gateway import GatewayConfig, SourceChoice
from tradestack.sources.csv.files import expand_files
from tradestack.sources.source import unreadable
from tradestack.store.named_file import open_named_file

HASHED_BYTES = 1 << 20  # at each end of the file

SourceIdentity = dict[str, Any]  # JSON


def identity_of(config: GatewayConfig) -> SourceIdentity:
    """Return the identity of the configured sources. Raises OperatorFault, as file_identity."""
    if config.source is SourceChoice.RANDOM_WALK:
        return {
            "source": config.source.value,
            "seed": config.walk_seed,
            "symbols": config.walk_symbols,
            "news_every": config.walk_news_every,
            "interval_ns": config.walk_interval,
            "start_at_ns": config.start_at,
        }
    if config.source.is_followed:
        return {"source": SourceChoice.RELAY.value}  # on whatever way it comes: the same bytes
    return {
        "source": config.source.value,
        "prices": [file_identity(path) for path in expand_files(config.prices or ())],
        "sentiment": [file_identity(path) for path in expand_files(config.sentiment or ())],
        "columns": {name: list(names) for name, names in config.columns.items()},
        "format": dict(config.format.texts),
        "on_bad_row": config.on_bad_row.value,
        "start_at_ns": config.start_at,
    }


def file_identity(path: Path) -> SourceIdentity:
    """Return the identity of one file. Raises OperatorFault if it cannot be read."""
    try:
        with open_named_file(path) as file:
            status = os.fstat(file.fileno())
            digest = hashlib.sha256(file.read(HASHED_BYTES))
            file.seek(max(0, status.st_size - HASHED_BYTES))
            digest.update(file.read(HASHED_BYTES))
    except OSError as error:
        raise unreadable(path, error) from error
    return {
        "path": str(path),
        "size_bytes": status.st_size,
        "modified_ns": status.st_mtime_ns,
        "sha256_of_ends": digest.hexdigest(),
    }


def difference_between(before: SourceIdentity, now: SourceIdentity) -> str:
    """Return the first key that differs, with both values, and with its file; "" if none does."""
    for key in {**before, **now}:
        old, new = before.get(key), now.get(key)
        if old == new:
            continue
        for file_before, file_now in zip(_files(old), _files(new), strict=False):
            if file_before != file_now:
                what = difference_between(file_before, file_now)
                return f"{key}: {file_before.get('path')}: {what}"
        return f"{key} was {_shown(old)}, and is {_shown(new)}"
    return ""


def _files(value: object) -> list[SourceIdentity]:
    if isinstance(value, list) and all(isinstance(each, dict) for each in value):
        return value
    return []


def _shown(value: object) -> str:
    return ", ".join(str(file.get("path")) for file in _files(value)) or str(value)
