"""A report → what `--json` prints: decimal texts, times in UTC, and everything else as it is.

Which integer is what, the types of its fields say (values/units.py).
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.times import format_utc
from tradestack.report.report import Report
from tradestack.report.values.units import DECIMAL, UTC

Convert = Callable[[Any], Any]

_TEXTS: Mapping[str, Convert] = {DECIMAL: format_fixed, UTC: format_utc}


def report_as_dict(report: Report) -> dict[str, Any]:
    """Return the report as JSON has it; None stays None, "not recorded"."""
    plain: dict[str, Any] = _converter(Report)(report)
    return plain


@cache
def _converter(hint: Any) -> Convert:
    """Return what converts a value of a type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _TEXTS[arguments[1].extra["text"]]
    if origin in (Union, UnionType):
        return _optional(_converter(arguments[0]))
    if origin is tuple:
        convert = _converter(arguments[0])
        return lambda values: [convert(value) for value in values]
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return _struct(hint)
    return _same


def _optional(convert: Convert) -> Convert:
    return lambda value: None if value is None else convert(value)


def _struct(kind: type[msgspec.Struct]) -> Convert:
    hints = get_type_hints(kind, include_extras=True)
    converters = {name: _converter(hints[name]) for name in kind.__struct_fields__}
    return lambda value: {
        name: convert(getattr(value, name)) for name, convert in converters.items()
    }


def _same(value: Any) -> Any:
    return value
