"""What a test's process asks of the disk, recorded or made to fail."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def record_disk_calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Return a list that grows by ("sync", name) or ("rename", new name) with each call."""
    calls: list[tuple[str, str]] = []

    def sync_like(call: Any) -> Any:
        def sync(descriptor: int) -> None:
            calls.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
            call(descriptor)

        return sync

    replace = os.replace

    def rename(source: Path, target: Path) -> None:
        calls.append(("rename", Path(target).name))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", sync_like(os.fsync))
    monkeypatch.setattr(os, "fdatasync", sync_like(os.fdatasync))
    monkeypatch.setattr(os, "replace", rename)
    return calls


def fail_with(number: int) -> Callable[..., None]:
    """Return a system call that fails with that error."""

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail
