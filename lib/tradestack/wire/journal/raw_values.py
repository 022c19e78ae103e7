"""A JSON object that a record of the order journal holds as it is → its value."""

from typing import TypeVar

import msgspec

Value = TypeVar("Value")


def decode_raw(raw: bytes | msgspec.Raw, kind: type[Value]) -> Value:
    """Return the value; raise ValueError for an object that has none."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except RecursionError as error:  # lists in lists in lists
        raise ValueError(str(error)) from error
