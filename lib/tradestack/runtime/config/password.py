"""The password with which a daemon logs in to servers."""

from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.store.named_file import open_named_file
from tradestack.wire.soup import PASSWORD_LENGTH_MAX

CREDENTIAL = "password"  # the file in $CREDENTIALS_DIRECTORY, by LoadCredential= of the unit
PASSWORD_BYTES_MAX = 4096  # a password file holds one short line; a larger file is another file

_REMEDY = "write only the password into it, readable by the daemon's user alone"


def read_password(path: Path) -> str:
    """Read the password that a file holds alone; raise OperatorFault."""
    try:
        with open_named_file(path) as file:
            content = file.read(PASSWORD_BYTES_MAX + 1)
    except OSError as error:
        raise OperatorFault(str(path), error.strerror or str(error), _REMEDY) from error
    password = content.decode("ascii", errors="replace").strip()
    is_one_line = password.isascii() and password.isprintable()
    if not password or len(content) > PASSWORD_BYTES_MAX or not is_one_line:
        raise OperatorFault(str(path), "holds no password in ASCII, on one line", _REMEDY)
    return password


def read_login_password(path: Path) -> str:
    """Read the password for a gateway or an order manager; raise OperatorFault."""
    password = read_password(path)
    if len(password) > PASSWORD_LENGTH_MAX:
        problem = f"holds {len(password)} characters; a password has {PASSWORD_LENGTH_MAX} or less"
        raise OperatorFault(str(path), problem, _REMEDY)
    return password
