"""nats-py, which is an extra: whether it is installed, and how to install it."""

import importlib.util

from tradestack.domain.faults import OperatorFault
from tradestack.store.python_package import installation_of


def require_nats(what: str) -> None:
    """Raise OperatorFault, with the command that installs it, unless nats-py is here."""
    if importlib.util.find_spec("nats") is None:
        raise OperatorFault(
            what,
            "nats-py, the Python package that speaks to NATS, is not installed",
            f"{installation_of('nats-py>=2.16')}, or run install.sh without --without-nats",
        )


def require_keys(what: str) -> None:
    """Raise OperatorFault unless nkeys is here, which a login by a credentials file needs."""
    if importlib.util.find_spec("nkeys") is None:
        raise OperatorFault(
            what,
            "nkeys, the Python package that signs with the key in it, is not installed",
            f"{installation_of('nkeys')}, or log in by user and password_file",
        )
