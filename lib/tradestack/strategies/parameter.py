"""The declared parameters of a strategy: dataclass fields with bounds and documentation.

    class News(Strategy[NewsState]):
        buy_above: int = decimal("60", minimum="0", maximum="100", doc="Above this: BUY.")

A configuration gives values as decimal texts. A decimal parameter is an integer ×10⁻⁸, a whole
number is itself.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tradestack.domain.fixed_point import SCALE, format_fixed, parse_fixed

_METADATA_KEY = "parameter"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What one parameter may be; both bounds are allowed values."""

    default: int
    minimum: int
    maximum: int
    unit: int  # the value of 1: SCALE for a decimal, 1 for a whole number
    doc: str

    def parse(self, text: str) -> int:
        """Decimal text → value. Raises ValueError with what is allowed."""
        step: int = SCALE // self.unit
        value, remainder = divmod(parse_fixed(text), step)
        if remainder or not self.minimum <= value <= self.maximum:
            kind = "whole number" if self.unit == 1 else "number"
            limits = f"{self.format(self.minimum)} to {self.format(self.maximum)}"
            raise ValueError(f"is {text}, allowed is a {kind} from {limits}")
        return value

    def format(self, value: int) -> str:
        """Value → the shortest decimal text."""
        return format_fixed(value * (SCALE // self.unit))


def decimal(default: str, *, minimum: str, maximum: str, doc: str) -> Any:
    """Declare a decimal parameter: a dataclass field of type int, ×10⁻⁸."""
    low, high = parse_fixed(minimum), parse_fixed(maximum)
    return _field(
        Parameter(default=parse_fixed(default), minimum=low, maximum=high, unit=SCALE, doc=doc)
    )


def whole_number(default: int, *, minimum: int, maximum: int, doc: str) -> Any:
    """Declare a parameter that counts something: a dataclass field of type int."""
    return _field(Parameter(default=default, minimum=minimum, maximum=maximum, unit=1, doc=doc))


def parameters_of(declaring_class: type) -> Mapping[str, Parameter]:
    """Return the parameters that a dataclass declares, by name, in their order."""
    return {
        field.name: field.metadata[_METADATA_KEY]
        for field in dataclasses.fields(declaring_class)
        if _METADATA_KEY in field.metadata
    }


def _field(parameter: Parameter) -> Any:
    return dataclasses.field(default=parameter.default, metadata={_METADATA_KEY: parameter})
