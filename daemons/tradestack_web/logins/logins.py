"""The logins: a cookie each, of which only a digest is kept, in a file that survives the server.

The server exits when nobody looks; whoever comes back before the end of the login is still logged
in.
"""

import hashlib
import hmac
import logging
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tradestack_web.logins.person import Person

LOGINS_MAX = 256  # beyond it the one that ends first is forgotten
FILE_NAME = "logins.json"
FILE_MODE = 0o600
_CSRF = b"tradestack-web csrf"

logger = logging.getLogger(__name__)


class _Entry(msgspec.Struct, frozen=True):
    """A login as the file has it; end_ns: by the wall clock, ns since the Unix epoch."""

    digest: str
    uid: int
    name: str
    end_ns: int


@dataclass(frozen=True, slots=True)
class Login:
    """A valid login: whose, until when, and what its actions have to name."""

    person: Person
    end_ns: int
    csrf: str


class Logins:
    """The logins in a directory."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._entries = _read(self._path)

    def count(self, now_ns: int) -> int:
        """Return how many logins are valid."""
        return sum(entry.end_ns > now_ns for entry in self._entries.values())

    def begin(self, person: Person, now_ns: int, lifetime_ns: int) -> str:
        """Log somebody in; return the value of the cookie. Raises OSError."""
        cookie = secrets.token_urlsafe(32)
        digest = _digest(cookie)
        entries = {key: entry for key, entry in self._entries.items() if entry.end_ns > now_ns}
        while len(entries) >= LOGINS_MAX:
            del entries[min(entries, key=lambda key: entries[key].end_ns)]
        entries[digest] = _Entry(digest, person.uid, person.name, now_ns + lifetime_ns)
        self._write(entries)
        return cookie

    def find(self, cookie: str, now_ns: int) -> Login | None:
        """Return the login of a cookie; None if it has ended, or never was."""
        entry = self._entries.get(_digest(cookie))
        if entry is None or entry.end_ns <= now_ns:
            return None
        csrf = hmac.digest(cookie.encode(), _CSRF, "sha256").hex()
        return Login(Person(entry.uid, entry.name), entry.end_ns, csrf)

    def end(self, cookie: str) -> None:
        """Log out. Raises OSError."""
        digest = _digest(cookie)
        if digest in self._entries:
            self._write({key: each for key, each in self._entries.items() if key != digest})

    def _write(self, entries: dict[str, _Entry]) -> None:
        temporary = self._path.with_suffix(".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(list(entries.values())))
        temporary.replace(self._path)
        self._entries = entries


def _read(path: Path) -> dict[str, _Entry]:
    """Return the logins in the file; none if there is no file, or it is damaged."""
    try:
        entries = msgspec.json.decode(path.read_bytes(), type=list[_Entry])
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.DecodeError) as error:
        logger.warning("%s cannot be read (%s): everybody has to log in again", path, error)
        return {}
    return {entry.digest: entry for entry in entries}


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
