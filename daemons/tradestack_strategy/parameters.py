"""signal, [parameters] of the config → its effective parameters: names, defaults and limits.

Every parameter is a decimal number, held ×10⁻⁸ like all others; those that count something must be
whole.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tradestack.domain.fixed_point import SCALE, format_fixed, parse_fixed
from tradestack.strategies.crossover import TICKS_MAX

SENTIMENT_MAX = 100 * SCALE


class SignalName(enum.Enum):
    """The signals there are."""

    NEWS = "news"
    CROSSOVER = "crossover"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One of a signal's; default as a config would say it, limits ×10⁻⁸, both allowed."""

    default: str
    minimum: int
    maximum: int
    step: int = 1  # ×10⁻⁸; SCALE = whole numbers

    def check(self, name: str, value: int) -> None:
        """Raises ValueError with what is allowed."""
        if self.minimum <= value <= self.maximum and value % self.step == 0:
            return
        kind = "whole number" if self.step == SCALE else "number"
        limits = f"{format_fixed(self.minimum)} to {format_fixed(self.maximum)}"
        raise ValueError(f"{name} is {format_fixed(value)}, allowed is a {kind} from {limits}")


_SENTIMENT = (0, SENTIMENT_MAX)
_TICKS = (SCALE, TICKS_MAX * SCALE, SCALE)

PARAMETERS: Mapping[SignalName, Mapping[str, Parameter]] = {
    SignalName.NEWS: {
        "buy_above": Parameter("60", *_SENTIMENT),
        "sell_below": Parameter("40", *_SENTIMENT),
    },
    SignalName.CROSSOVER: {
        "short_ticks": Parameter("20", *_TICKS),
        "long_ticks": Parameter("100", *_TICKS),
    },
}


def effective_parameters(signal: SignalName, given: Mapping[str, int]) -> Mapping[str, int]:
    """Those given, and the defaults of the others. Raises ValueError."""
    known = PARAMETERS[signal]
    unknown = next((name for name in given if name not in known), None)
    if unknown is not None:
        raise ValueError(
            f"the signal {signal.value} has no parameter {unknown!r}, known are {', '.join(known)}"
        )
    values = {name: given.get(name, parse_fixed(known[name].default)) for name in known}
    for name, value in values.items():
        known[name].check(name, value)
    _CHECKS[signal](values)
    return MappingProxyType(values)


def _check_news(values: Mapping[str, int]) -> None:
    if values["sell_below"] > values["buy_above"]:
        raise ValueError("has sell_below above buy_above")


def _check_crossover(values: Mapping[str, int]) -> None:
    if values["short_ticks"] >= values["long_ticks"]:
        raise ValueError("has short_ticks not below long_ticks")


_CHECKS: Mapping[SignalName, Callable[[Mapping[str, int]], None]] = {
    SignalName.NEWS: _check_news,
    SignalName.CROSSOVER: _check_crossover,
}
