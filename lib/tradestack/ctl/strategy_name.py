"""text → the name of a strategy instance, which is also part of file, unit and socket names."""

import re

from tradestack.domain.faults import OperatorFault

# systemd would escape other characters in an instance; sun_path has 107 bytes for the whole.
NAME_LENGTH_MAX = 32
_NAME = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")


def strategy_name(text: str) -> str:
    """The name as it is. Raises OperatorFault saying what is allowed."""
    if len(text) > NAME_LENGTH_MAX or not _NAME.fullmatch(text):
        raise OperatorFault(
            f"strategy {text!r}",
            "is not a name",
            f"allowed are 1 to {NAME_LENGTH_MAX} of a-z, 0-9, - and _, beginning and ending with "
            "a letter or digit",
        )
    return text
