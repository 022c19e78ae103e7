"""Kinds of command-line arguments that several verbs take."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Any


class StorePath(argparse.Action):
    """Store the argument, and have the shell complete it as the name of a file."""

    @property
    def complete(self) -> Mapping[str, Any]:
        """Return the file completion of each shell, as shtab wants to find it on an action."""
        import shtab  # only `completion` needs it

        return shtab.FILE

    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        _option_string: str | None = None,
    ) -> None:
        setattr(namespace, self.dest, values)


def positive_integer(text: str) -> int:
    """Parse a whole number of at least 1; raise ArgumentTypeError for anything else."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return number
