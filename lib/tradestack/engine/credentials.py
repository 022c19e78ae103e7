"""The files of the section [nats]: credentials, and who has signed the servers' certificates.

Credentials are as nsc makes them: a token, and the key that proves whose it is.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from tradestack.domain.faults import OperatorFault
from tradestack.engine.extra import require_keys
from tradestack.store.named_file import open_named_file

if TYPE_CHECKING:
    import ssl

FILE_BYTES_MAX = 1 << 22  # a bundle of all authorities has less
TOKEN, KEY = b"BEGIN NATS USER JWT", b"BEGIN USER NKEY SEED"  # in the line before each
REMEDY = "name a file that was made by `nsc generate creds`, in the section [nats]"


def check_credentials(path: Path) -> None:
    """Raise OperatorFault unless nats-py can log in by the file.

    nats-py never stops reading a file without a token.
    """
    require_keys(str(path))
    import nkeys

    lines = _read(path).split(b"\n")
    for mark in (TOKEN, KEY):
        if not any(mark in line for line in lines[:-1]):
            raise OperatorFault(str(path), f"has no line {mark.decode()}", REMEDY)
    place = next(place for place, line in enumerate(lines, 1) if KEY in line)
    try:
        nkeys.from_seed(bytearray(lines[place])).wipe()
    except (nkeys.NkeysError, ValueError) as error:
        raise OperatorFault(str(path), f"its key cannot be used: {error}", REMEDY) from error


def read_certificates(path: Path) -> "ssl.SSLContext":
    """Trust whom a file of certificates names; raise OperatorFault."""
    import ssl

    try:
        return ssl.create_default_context(cadata=_read(path).decode("ascii"))
    except (ssl.SSLError, ValueError) as error:
        problem = "holds no certificates in PEM"
        raise OperatorFault(str(path), problem, "name a file with certificates in PEM") from error


def _read(path: Path) -> bytes:
    try:
        with open_named_file(path) as file:
            return file.read(FILE_BYTES_MAX)
    except OSError as error:
        remedy = "name a file that the daemon's user can read, in the section [nats]"
        raise OperatorFault(str(path), error.strerror or str(error), remedy) from error
