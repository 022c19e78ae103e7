"""Values as a TOML file has them."""

import datetime
import json
from collections.abc import Mapping


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
    """Keys and values → the text of a configuration file, without those whose value is None."""
    lines = (f"{key} = {toml(value)}\n" for key, value in values.items() if value is not None)
    return "".join(lines)
