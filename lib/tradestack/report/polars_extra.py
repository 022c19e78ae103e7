"""Polars, which is an extra: whether it is installed, and how to install it."""

import importlib.util

from tradestack.domain.faults import OperatorFault
from tradestack.store.python_package import installation_of


def require_polars(what: str) -> None:
    """Raise OperatorFault, with the command that installs it, unless Polars is here."""
    if importlib.util.find_spec("polars") is None:
        raise OperatorFault(
            what,
            "Polars, the Python package that makes tables, is not installed",
            installation_of("polars>=2.1"),
        )
