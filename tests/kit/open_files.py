"""Files that a process holds open."""

import contextlib
import os
from pathlib import Path


def removed_but_open(suffix: str, pid: int | None = None) -> set[str]:
    """Return the stems of files without a name that the process, or this one, holds open."""
    targets = []
    for link in Path(f"/proc/{pid or os.getpid()}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            targets.append(str(link.readlink()))
    return {Path(each).stem for each in targets if each.endswith(f"{suffix} (deleted)")}
