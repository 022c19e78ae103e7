"""The declared parameters of a strategy: class attributes with bounds and documentation.

    class News(Strategy):
        buy_above: int = decimal("60", minimum="0", maximum="100", doc="Above this: BUY.")

The attribute of the class is the declaration, that of an object the value. A configuration gives
values as decimal texts. A decimal parameter is an integer ×10⁻⁸, a whole number is itself.
"""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tradestack.domain.fixed_point import SCALE, format_fixed, parse_fixed


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What one parameter may be; both bounds are allowed values.

    below, not_above: names of parameters that it has to be less than, or may at most equal.
    """

    default: int
    minimum: int
    maximum: int
    unit: int  # the value of 1: SCALE for a decimal, 1 for a whole number
    doc: str
    below: str | None = None
    not_above: str | None = None

    @property
    def allowed(self) -> str:
        """What is allowed, for people."""
        kind = "whole number" if self.unit == 1 else "number"
        return f"a {kind} from {self.format(self.minimum)} to {self.format(self.maximum)}"

    def parse(self, text: str) -> int:
        """Decimal text → value. Raises ValueError with what is allowed."""
        step: int = SCALE // self.unit
        value, remainder = divmod(parse_fixed(text), step)
        if remainder or not self.minimum <= value <= self.maximum:
            raise ValueError(f"is {text}, allowed is {self.allowed}")
        return value

    def format(self, value: int) -> str:
        """Value → the shortest decimal text."""
        return format_fixed(value * (SCALE // self.unit))


def decimal(
    default: str,
    *,
    minimum: str,
    maximum: str,
    doc: str,
    below: str | None = None,
    not_above: str | None = None,
) -> Any:
    """Declare a decimal parameter: an attribute of type int, ×10⁻⁸."""
    return Parameter(
        default=parse_fixed(default),
        minimum=parse_fixed(minimum),
        maximum=parse_fixed(maximum),
        unit=SCALE,
        doc=doc,
        below=below,
        not_above=not_above,
    )


def whole_number(
    default: int,
    *,
    minimum: int,
    maximum: int,
    doc: str,
    below: str | None = None,
    not_above: str | None = None,
) -> Any:
    """Declare a parameter that counts something: an attribute of type int."""
    return Parameter(
        default=operator.index(default),
        minimum=operator.index(minimum),
        maximum=operator.index(maximum),
        unit=1,
        doc=doc,
        below=below,
        not_above=not_above,
    )


def parameters_of(declaring_class: type) -> Mapping[str, Parameter]:
    """Return the parameters that a class declares or inherits, by name, in their order.

    An attribute to which a subclass assigns a plain value is not a parameter of that subclass.
    """
    found: dict[str, Parameter] = {}
    for each in reversed(declaring_class.__mro__):
        for name, value in vars(each).items():
            if isinstance(value, Parameter):
                found[name] = value
            else:
                found.pop(name, None)
    return found


def parse_parameters(
    declared: Mapping[str, Parameter], texts: Mapping[str, str]
) -> Mapping[str, int]:
    """Return the value of each parameter: of its decimal text, or its default.

    Raises ValueError that names the parameter and what is allowed.
    """
    values = {name: parameter.default for name, parameter in declared.items()}
    for name, text in texts.items():
        if name not in declared:
            known = f"known are {', '.join(declared)}" if declared else "it has none"
            raise ValueError(f"there is no parameter {name!r}, {known}")
        try:
            values[name] = declared[name].parse(text)
        except ValueError as error:
            raise ValueError(f"{name} {error}") from None
    for name, parameter in declared.items():
        _check_relations(name, parameter, declared, values)
    return values


def _check_relations(
    name: str, parameter: Parameter, declared: Mapping[str, Parameter], values: Mapping[str, int]
) -> None:
    value = values[name] * (SCALE // parameter.unit)
    relations = (
        (parameter.below, "has to be below", operator.lt),
        (parameter.not_above, "may not be above", operator.le),
    )
    for other, demand, holds in relations:
        if other is None:
            continue
        if not holds(value, values[other] * (SCALE // declared[other].unit)):
            ours, theirs = parameter.format(values[name]), declared[other].format(values[other])
            raise ValueError(f"{name} is {ours}, and {demand} {other}, which is {theirs}")
