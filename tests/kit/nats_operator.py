"""An operator of NATS with an account, and users of it: keys, and tokens that they sign.

    operator ── signs ──► account ── signs ──► user, whose file of credentials a client has

So it is made by nsc, a program that no registry has for tests.
"""

import base64
import binascii
import json
import secrets
from pathlib import Path
from typing import Any

from tests.kit.prerequisites import need_package

OPERATOR, ACCOUNT, USER = "operator", "account", "user"
PREFIXES = {OPERATOR: 14 << 3, ACCOUNT: 0, USER: 20 << 3}
SEED_PREFIX = 18 << 3
UNLIMITED = -1
ISSUED_S = 1_700_000_000  # when the tokens were signed
LIMITS = ("subs", "data", "payload", "imports", "exports", "conn", "leaf")
STORAGE_LIMITS = ("mem_storage", "disk_storage", "streams", "consumer")
CREDENTIALS = """\
-----BEGIN NATS USER JWT-----
{token}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
{seed}
------END USER NKEY SEED------
"""


class Identity:
    """A key of an operator, an account or a user."""

    def __init__(self, kind: str) -> None:
        need_package("nkeys")
        import nkeys

        self.kind = kind
        self.seed = _new_seed(PREFIXES[kind])
        self._keys = nkeys.from_seed(bytearray(self.seed.encode()))
        self.name: str = self._keys.public_key.decode()

    def token(self, of: "Identity", **claims: object) -> str:
        """Sign a token that says who somebody is and may do what."""
        payload = {
            "jti": secrets.token_hex(16),
            "iat": ISSUED_S,
            "iss": self.name,
            "sub": of.name,
            "name": of.kind,
            "nats": {"type": of.kind, "version": 2, **claims},
        }
        header = {"typ": "JWT", "alg": "ed25519-nkey"}
        signed = f"{_encoded(header)}.{_encoded(payload)}"
        return f"{signed}.{_base64(self._keys.sign(signed.encode()))}"


class NatsOperator:
    """Who says which accounts there are, and an account for the streams."""

    def __init__(self) -> None:
        self._operator, self._account = Identity(OPERATOR), Identity(ACCOUNT)
        self._system = Identity(ACCOUNT)

    @property
    def configuration(self) -> str:
        """The lines for the configuration of a server."""
        tokens = {self._system: {}, self._account: _unlimited(*STORAGE_LIMITS)}
        preload = "\n".join(
            f'{account.name}: "{self._operator.token(account, limits=_unlimited() | limits)}"'
            for account, limits in tokens.items()
        )
        return (
            f'operator: "{self._operator.token(self._operator)}"\n'
            f"system_account: {self._system.name}\n"
            f"resolver: MEMORY\nresolver_preload {{\n{preload}\n}}"
        )

    def write_credentials(self, path: Path) -> Path:
        """Write those of a new user of the account; return the path."""
        user = Identity(USER)
        claims = {"pub": {}, "sub": {}, **dict.fromkeys(("subs", "data", "payload"), UNLIMITED)}
        token = self._account.token(user, **claims)
        path.write_text(CREDENTIALS.format(token=token, seed=user.seed))
        return path


def _unlimited(*more: str) -> dict[str, Any]:
    return {"wildcards": True, **dict.fromkeys((*LIMITS, *more), UNLIMITED)}


def _new_seed(prefix: int) -> str:
    """Return a seed as it is written: its kind, 32 random bytes and a checksum, in base32."""
    kind = bytes([SEED_PREFIX | prefix >> 5, (prefix & 31) << 3])
    content = kind + secrets.token_bytes(32)
    checksum = binascii.crc_hqx(content, 0).to_bytes(2, "little")
    return base64.b32encode(content + checksum).decode().rstrip("=")


def _encoded(value: object) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
