"""Paths, directories and patterns → the files that they stand for, in order.

A directory stands for the files in it, without hidden ones and those in directories below; a
pattern (`day*.csv`) for the files that fit it. Both are in the order of their names.
"""

import glob
from collections.abc import Sequence
from pathlib import Path

from tradestack.domain.faults import OperatorFault


def expand_files(patterns: Sequence[str]) -> list[Path]:
    """Return the files; each is there only once. Raises OperatorFault for one that has none."""
    files: dict[Path, None] = {}
    for pattern in patterns:
        files.update(dict.fromkeys(_files_of(pattern)))
    return list(files)


def _files_of(pattern: str) -> list[Path]:
    path = Path(pattern)
    if path.is_dir():
        files = [entry for entry in path.iterdir() if entry.is_file()]
        problem = "there is no file in this directory"
    elif glob.has_magic(pattern) and not path.exists():
        files = [entry for entry in map(Path, glob.iglob(pattern)) if entry.is_file()]  # noqa: PTH207
        problem = "no file fits this pattern"
    else:
        return [path]
    files = sorted(entry for entry in files if not entry.name.startswith("."))
    if not files:
        raise OperatorFault(pattern, problem, "name CSV files that exist")
    return files
