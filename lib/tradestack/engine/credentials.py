"""A file of credentials for NATS, as nsc makes it: a token, and the key that proves whose it is."""

from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.engine.extra import require_keys

TOKEN, KEY = b"BEGIN NATS USER JWT", b"BEGIN USER NKEY SEED"  # in the line before each
REMEDY = "name a file that was made by `nsc generate creds`, in the section [nats]"


def check_credentials(path: Path) -> None:
    """Raise OperatorFault unless nats-py can log in by the file; it has to be readable.

    nats-py never stops reading a file without a token.
    """
    require_keys(str(path))
    import nkeys

    lines = path.read_bytes().split(b"\n")
    for mark in (TOKEN, KEY):
        if not any(mark in line for line in lines[:-1]):
            raise OperatorFault(str(path), f"has no line {mark.decode()}", REMEDY)
    place = next(place for place, line in enumerate(lines, 1) if KEY in line)
    try:
        nkeys.from_seed(bytearray(lines[place])).wipe()
    except (nkeys.NkeysError, ValueError) as error:
        raise OperatorFault(str(path), f"its key cannot be used: {error}", REMEDY) from error
