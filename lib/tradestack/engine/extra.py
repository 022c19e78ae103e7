"""nats-py, which is an extra: whether it is here, and how to install it."""

import importlib.util
import os
import shlex
import sys

from tradestack.domain.faults import OperatorFault


def require_nats(what: str) -> None:
    """Raise OperatorFault, with the command that installs it, unless nats-py is here."""
    if importlib.util.find_spec("nats") is None:
        rights = "" if os.access(sys.prefix, os.W_OK) else " as root"
        raise OperatorFault(
            what,
            "nats-py, the Python package that speaks to NATS, is not installed",
            f"install it{rights}: {shlex.quote(sys.executable)} -m pip install 'nats-py>=2.16', "
            "or run install.sh without --without-nats",
        )
