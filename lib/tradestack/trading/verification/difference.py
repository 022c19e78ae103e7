"""What follows from the tape, and what the journal has instead: the first field that differs."""

from typing import Any, NamedTuple

import msgspec

# More of a value is of no use to people.
TEXT_LENGTH_MAX = 200


class Difference(NamedTuple):
    """One difference.

    line: of the journal. what: the record or report that differs, for people. order_id: of the
    order that it is about, None if of none. field: its name, with those around it.
    """

    line: int
    what: str
    order_id: int | None
    field: str
    expected: str
    found: str


class Differs(Exception):
    """The journal differs from what follows from it and the tape."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(str(difference))
        self.difference = difference


class Field(NamedTuple):
    """The first field that differs between two JSON objects."""

    name: str
    expected: str
    found: str


def require_same(line: int, what: str, order_id: int | None, expected: bytes, found: bytes) -> None:
    """Raise Differs, with the first field, unless two records are the same bytes."""
    if expected != found:
        raise Differs(Difference(line, what, order_id, *first_field(expected, found)))


def first_field(expected: bytes, found: bytes) -> Field:
    """Return the first field that differs between two JSON texts, which are not the same bytes."""
    fields = _compare("", msgspec.json.decode(expected), msgspec.json.decode(found))
    return fields or Field("the bytes", _text(expected.decode()), _text(found.decode()))


def _compare(name: str, expected: Any, found: Any) -> Field | None:
    if not isinstance(expected, dict) or not isinstance(found, dict):
        return None if expected == found else Field(name, _text(expected), _text(found))
    for key in [*expected, *(key for key in found if key not in expected)]:
        inner = f"{name}.{key}" if name else key
        if key not in expected or key not in found:
            return Field(inner, _side(expected, key), _side(found, key))
        if (field := _compare(inner, expected[key], found[key])) is not None:
            return field
    return None


def _side(fields: dict[str, Any], key: str) -> str:
    return _text(fields[key]) if key in fields else "nothing"


def _text(value: Any) -> str:
    return shortened(value if isinstance(value, str) else msgspec.json.encode(value).decode())


def shortened(text: str) -> str:
    """Return a text of bounded length."""
    return text if len(text) <= TEXT_LENGTH_MAX else f"{text[:TEXT_LENGTH_MAX]}…"
