"""The users file: the users that may log in, and hashes of their passwords.

file := { line "\\n" }
line := "" | "#" remark | user ":" salt ":" hash [":read-only"]

salt and hash are hexadecimal; hash = scrypt(password, salt, n=1024, r=8, p=1, 32 bytes).
SoupBinTCP compares users (≤ 6 characters) and passwords (≤ 10) ignoring case and surrounding
spaces: users are identified by their lower-case names; passwords are stripped and upper-cased
first. The protocol carries ten characters: the hash keeps a reader of the file from learning a
password at a glance; it does not make a weak one strong. A user who is read-only follows the feed
and enters no orders.

A correct password is remembered as a keyed digest in memory: a storm of reconnecting clients costs
one scrypt (about 3 ms of the only thread) for each user, not for each login.
"""

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tradestack.domain.faults import OperatorFault
from tradestack.store.named_file import open_named_file
from tradestack.wire.soup import PASSWORD_LENGTH_MAX, USER_LENGTH_MAX

USERS_FILE_BYTES_MAX = 1 << 20  # some ten thousand users; a larger file is some other file
SALT_BYTES = 16
HASH_BYTES = 32
SCRYPT_COST = 1024
SCRYPT_BLOCK_SIZE = 8
READ_ONLY = "read-only"
REMEDY = "write user:salt:hash lines, as install.sh and tradestackctl do"


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """One user's salt and scrypt hash, and whether the user may enter orders."""

    salt: bytes
    digest: bytes
    may_trade: bool = True


# Unknown users are checked against this, so that they take as long as a wrong password.
NOBODY = PasswordHash(bytes(SALT_BYTES), bytes(HASH_BYTES))
NOTHING = bytes(HASH_BYTES)  # the digest of no password


@dataclass(slots=True)
class Users:
    """The users of one file: the hashes of their passwords, by canonical name."""

    hashes: dict[str, PasswordHash]
    _verified: dict[str, bytes] = field(default_factory=dict)
    _memory_key: bytes = field(default_factory=lambda: os.urandom(HASH_BYTES))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the file; raise OperatorFault that names file and line."""
        return cls(parse_users(path, _read(path)))

    def traders(self) -> Self:
        """Return the users that may enter orders."""
        return type(self)({user: each for user, each in self.hashes.items() if each.may_trade})

    def recalls(self, user: str, password: str) -> bool:
        """Return whether the password was verified before, for a few microseconds."""
        name = canonical_user(user)
        remembered = self._verified.get(name, NOTHING) if name in self.hashes else NOTHING
        return hmac.compare_digest(remembered, self._remembered(password))

    def verify(self, user: str, password: str) -> bool:
        """Return whether the password is that user's; unknown users take as long to refuse."""
        name = canonical_user(user)
        known_hash = self.hashes.get(name)
        expected = known_hash or NOBODY
        matches = hmac.compare_digest(_digest(password, expected.salt), expected.digest)
        if known_hash is None or not matches:
            return False
        self._verified[name] = self._remembered(password)
        return True

    def _remembered(self, password: str) -> bytes:
        return hmac.digest(self._memory_key, _canonical_password(password), "sha256")


def canonical_user(user: str) -> str:
    """A user's name in any spelling → its canonical form: "NEWS " and "news" are one user."""
    return user.strip().lower()


def users_line(user: str, password: str, *, salt: bytes, may_trade: bool = True) -> str:
    """User, password → line of the file, with newline; ValueError if no login can carry it."""
    name = canonical_user(user)
    if not 0 < len(name) <= USER_LENGTH_MAX or not _is_plain(name) or ":" in name or name[0] == "#":
        raise ValueError(
            f"user {user!r}: 1 to {USER_LENGTH_MAX} printable ASCII characters, "
            "no spaces or colons, no # in front"
        )
    if not 0 < len(password.strip()) <= PASSWORD_LENGTH_MAX or not _is_plain(password.strip()):
        raise ValueError(
            f"password of {name}: 1 to {PASSWORD_LENGTH_MAX} printable ASCII characters, no spaces"
        )
    right = "" if may_trade else f":{READ_ONLY}"
    return f"{name}:{salt.hex()}:{_digest(password, salt).hex()}{right}\n"


def new_salt() -> bytes:
    """Return a salt from the system's random source."""
    return os.urandom(SALT_BYTES)


def parse_users(path: Path, text: str) -> dict[str, PasswordHash]:
    """Text of the file → hashes by canonical user; OperatorFault that names file and line."""
    hashes: dict[str, PasswordHash] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        name, parsed = _parse_line(path, number, entry)
        if name in hashes:
            raise _fault(path, number, f"user {name} appears twice (case does not matter)")
        hashes[name] = parsed
    return hashes


def _parse_line(path: Path, number: int, entry: str) -> tuple[str, PasswordHash]:
    fields = entry.split(":")
    is_read_only = fields[3:] == [READ_ONLY]
    if len(fields) != 3 and not is_read_only:
        raise _fault(path, number, f"{len(fields)} fields instead of user:salt:hash[:{READ_ONLY}]")
    name = canonical_user(fields[0])
    if not 0 < len(name) <= USER_LENGTH_MAX or not _is_plain(name):
        raise _fault(path, number, f"user is not 1 to {USER_LENGTH_MAX} printable characters")
    try:
        parsed = PasswordHash(bytes.fromhex(fields[1]), bytes.fromhex(fields[2]), not is_read_only)
    except ValueError:
        raise _fault(path, number, f"salt or hash of {name} is not hexadecimal") from None
    if len(parsed.digest) != HASH_BYTES or not parsed.salt:
        raise _fault(path, number, f"hash of {name} is not {HASH_BYTES} bytes, or it has no salt")
    return name, parsed


def _read(path: Path) -> str:
    try:
        with open_named_file(path) as file:
            content = file.read(USERS_FILE_BYTES_MAX + 1)
    except PermissionError as error:
        remedy = "make it readable for the daemon's user, and for nobody else"
        raise OperatorFault(str(path), "Permission denied", remedy) from error
    except OSError as error:
        raise OperatorFault(str(path), error.strerror or str(error), REMEDY) from error
    if len(content) > USERS_FILE_BYTES_MAX:
        raise OperatorFault(str(path), f"larger than {USERS_FILE_BYTES_MAX} bytes", REMEDY)
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise OperatorFault(str(path), "not a text file", REMEDY) from None


def _fault(path: Path, number: int, what: str) -> OperatorFault:
    return OperatorFault(f"{path}: line {number}", what, REMEDY)


def _digest(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        _canonical_password(password),
        salt=salt,
        n=SCRYPT_COST,
        r=SCRYPT_BLOCK_SIZE,
        p=1,
        dklen=HASH_BYTES,
    )


def _canonical_password(password: str) -> bytes:
    return password.strip().upper().encode()


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text
