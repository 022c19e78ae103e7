"""Polars, which is an extra: whether it is installed, and how to install it."""

import importlib.util
import os
import shlex
import sys

from tradestack.domain.faults import OperatorFault


def require_polars(what: str) -> None:
    """Raise OperatorFault, with the command that installs it, unless Polars is here."""
    if importlib.util.find_spec("polars") is None:
        rights = "" if os.access(sys.prefix, os.W_OK) else " as root"
        raise OperatorFault(
            what,
            "Polars, the Python package that makes tables, is not installed",
            f"install it{rights}: {shlex.quote(sys.executable)} -m pip install 'polars>=2.1'",
        )
