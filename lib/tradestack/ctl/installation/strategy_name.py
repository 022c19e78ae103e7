"""Names of strategy instances, which become part of file, unit and socket names."""

import re

from tradestack.domain.faults import OperatorFault
from tradestack.trading.desk.epoch import INSTANCE_LENGTH_MAX

# systemd would escape other characters; the length is what an order's id has room for.
_NAME = re.compile(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?")


# What verbs such as `restart` take instead of the name of an instance, and how passwords are called
# that are not of an instance.
_OTHER_NAMES = (
    "all",
    "export",
    "exporter",
    "fix",
    "gateway",
    "grpc",
    "metrics",
    "order-manager",
    "relay",
    "web",
)
_NAMES_SHOWN = ", ".join(_OTHER_NAMES)


def new_strategy_name(text: str) -> str:
    """Return the name of an instance to be; raise OperatorFault if it is not a valid one."""
    if text in _OTHER_NAMES:
        problem = "not a name for a strategy: it is that of something else"
        raise OperatorFault(f"strategy {text!r}", problem, f"use another than {_NAMES_SHOWN}")
    return strategy_name(text)


def strategy_name(text: str) -> str:
    """Return the name unchanged; raise OperatorFault if it is not a valid one."""
    if len(text) > INSTANCE_LENGTH_MAX or not _NAME.fullmatch(text):
        raise OperatorFault(
            f"strategy {text!r}",
            "not a valid name",
            f"use 1 to {INSTANCE_LENGTH_MAX} characters of a-z, 0-9, - and _, "
            "the first and last of them a letter or digit",
        )
    return text
