"""Values as a TOML file has them."""

import datetime
import json
import os
from collections.abc import Mapping

from tradestack.domain.faults import OperatorFault


def toml(value: object) -> str:
    """Any value that tomllib may have read → TOML."""
    if isinstance(value, Mapping):
        entries = ", ".join(f"{toml(str(name))} = {toml(entry)}" for name, entry in value.items())
        return f"{{{entries}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(element) for element in value)}]"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    # Strings, numbers and booleans are as in JSON, except for one character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def config_text(values: Mapping[str, object]) -> str:
    """Keys and values → the text of a configuration file, without those whose value is None.

    Raises OperatorFault for the name of a file that is not UTF-8.
    """
    for key, value in values.items():
        if not is_utf8(str(value)):
            raise OperatorFault(f"{key} {value}", "this is not UTF-8", "rename the file")
    lines = (f"{key} = {toml(value)}\n" for key, value in values.items() if value is not None)
    return "".join(lines)


def is_utf8(text: str) -> bool:
    """Return whether a text has only characters, and no bytes that a path may have instead."""
    return os.fsencode(text).decode(errors="ignore") == text
