"""Passwords, and files that only their owner can read."""

import os
import secrets
from pathlib import Path

from tradestack.store.durable_name import replace_durably
from tradestack.wire.soup import PASSWORD_LENGTH_MAX

# Logins ignore case, so there is one case only; and no two characters look alike.
PASSWORD_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def new_password() -> str:
    """Generate a password of the longest length that SoupBinTCP allows: 50 random bits."""
    return "".join(secrets.choice(PASSWORD_ALPHABET) for _ in range(PASSWORD_LENGTH_MAX))


def write_secret(path: Path, text: str, *, mode: int, like: Path | None = None) -> None:
    """Replace the file atomically; give it the owner and group of `like`, if that is set.

    The text is never in a file that has another mode than `mode`; after a power cut the file is the
    old one or the new one. Raises OSError.
    """
    unfinished = path.with_name(path.name + ".tmp")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        if like is not None:
            owner = like.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        file.flush()
        os.fsync(file.fileno())
    replace_durably(unfinished, path)
