"""text → a file that no other user can read, whole from the moment it is there."""

import os
import secrets
from pathlib import Path

from tradestack.wire.soup import PASSWORD_LENGTH_MAX

PASSWORD_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # logins ignore case; nothing looks alike


def new_password() -> str:
    """As long as SoupBinTCP carries: 50 bits."""
    return "".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(PASSWORD_LENGTH_MAX))


def write_secret(path: Path, text: str, *, mode: int, like: Path | None = None) -> None:
    """Replaces the file in one step; owner and group are those of `like`, if it is given."""
    beside = path.with_name(path.name + ".tmp")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        if like is not None:
            owner = like.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
