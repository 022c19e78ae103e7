"""Names of strategy instances, which become part of file, unit and socket names."""

import re

from tradestack.domain.faults import OperatorFault

# systemd would escape other characters, and a socket's path has 107 bytes at most: unix(7).
NAME_LENGTH_MAX = 32
_NAME = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")


def strategy_name(text: str) -> str:
    """Return the name unchanged; raise OperatorFault if it is not a valid one."""
    if len(text) > NAME_LENGTH_MAX or not _NAME.fullmatch(text):
        raise OperatorFault(
            f"strategy {text!r}",
            "not a valid name",
            f"use 1 to {NAME_LENGTH_MAX} characters of a-z, 0-9, - and _, "
            "the first and last of them a letter or digit",
        )
    return text
