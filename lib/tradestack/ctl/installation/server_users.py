"""The users files of an installation's servers, and the users in them."""

import errno
import os
import tomllib
from collections.abc import Container
from pathlib import Path

from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.installation.owner import require_own
from tradestack.ctl.installation.secret_file import write_secret
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import Users, canonical_user
from tradestack.wire.soup import USER_LENGTH_MAX

SERVERS = ("gateway", "order-manager")  # as their configurations and units are named


def users_files(config: Path) -> list[Path]:
    """Return the users files that the servers' configurations name; often it is one.

    Raises OperatorFault if another user may change what is in their directories.
    """
    files = sorted({_users_file(config, server) for server in SERVERS})
    for path in files:
        require_own(path.parent)
    return files


def users_in(files: list[Path]) -> set[str]:
    """Return the names of all users.

    Raises OperatorFault for an invalid file, PermissionError for one that this user may not change.
    """
    for path in files:
        if path.exists() and not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    return {user for path in files for user in Users.load(path).hashes}


def add_line(files: list[Path], line: str) -> None:
    """Add a line of `users_line` to each file."""
    for path in files:
        text = path.read_text(encoding="utf-8")
        _write(path, text if text.endswith("\n") or not text else f"{text}\n", line)


def remove_user(files: list[Path], user: str) -> None:
    """Remove the user's line from each file."""
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = (line for line in lines if canonical_user(line.split(":")[0]) != user)
        _write(path, "".join(kept), "")


def checked_user(text: str, taken: Container[str]) -> str:
    """Return the canonical name; raise OperatorFault if it cannot be a new user's."""
    user = canonical_user(text)
    if user in taken:
        raise OperatorFault(
            f"user {user}", "already exists (names are not case-sensitive)", "choose another name"
        )
    if not 0 < len(user) <= USER_LENGTH_MAX or not user.isalnum() or not user.isascii():
        raise OperatorFault(
            f"user {user!r}",
            "not a valid user name",
            f"use 1 to {USER_LENGTH_MAX} letters and digits",
        )
    return user


def reload_servers(installation: Installation) -> None:
    """Have the servers read the users again."""
    services = (f"tradestack-{server}.service" for server in SERVERS)
    installation.run_systemctl("try-reload-or-restart", *services)


def restart_servers(installation: Installation) -> None:
    """Restart the servers that run: unlike a reload, this ends connections of removed users."""
    services = (f"tradestack-{server}.service" for server in SERVERS)
    installation.run_systemctl("try-restart", *services)


def _users_file(config: Path, server: str) -> Path:
    config_file = config / f"{server}.toml"
    try:
        values = tomllib.loads(config_file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperatorFault(str(config_file), str(error), "fix the file first") from None
    return Path(values.get("users_file", config / "users"))


def _write(path: Path, text: str, line: str) -> None:
    write_secret(path, f"{text}{line}", mode=path.stat().st_mode & 0o777, like=path)
