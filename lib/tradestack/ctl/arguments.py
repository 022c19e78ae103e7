"""Kinds of command-line arguments that several verbs take."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from tradestack.domain.trading_state import REASON_RULE, is_reason

# Prints the instances that a system's installation has; one that has none prints nothing.
_INSTANCES = "ls /etc/tradestack/strategy 2>/dev/null | cut -d . -f 1"


class _Store(argparse.Action):
    """Store the argument; derived classes say how a shell completes it."""

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        _option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, self._stored(getattr(namespace, self.dest, None), values))

    def _stored(self, _former: Any, values: Any) -> Any:
        return values


class StorePath(_Store):
    """Store the argument, and have the shell complete it as the name of a file."""

    @property
    def complete(self) -> Mapping[str, Any]:
        """Return the file completion of each shell, as shtab wants to find it on an action."""
        import shtab  # only `completion` needs it

        return shtab.FILE


class AppendPath(StorePath):
    """Append the argument to a list, and have the shell complete it as the name of a file."""

    def _stored(self, former: Any, values: Any) -> Any:
        return [*former, values]


class StoreInstance(_Store):
    """Store the argument, and have the shell complete it as a strategy instance."""

    @property
    def complete(self) -> Mapping[str, Any]:
        """Return how each shell finds their names."""
        import shtab  # only `completion` needs it

        return shtab.cmd(_INSTANCES)


class StoreDaemon(_Store):
    """Store the argument, and have the shell complete it as a daemon or a strategy instance."""

    @property
    def complete(self) -> Mapping[str, Any]:
        """Return how each shell finds their names."""
        import shtab  # only `completion` needs it

        return shtab.cmd(f"echo gateway; echo order-manager; {_INSTANCES}")


def reason(text: str) -> str:
    """Parse the reason that an operator gives; raise ArgumentTypeError for anything else."""
    if not is_reason(text):
        raise argparse.ArgumentTypeError(f"give {REASON_RULE}")
    return text


def positive_integer(text: str) -> int:
    """Parse a whole number of at least 1; raise ArgumentTypeError for anything else."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return number
