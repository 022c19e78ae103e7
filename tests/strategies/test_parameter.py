"""Declared parameters: bounds, relations, inheritance."""

import pytest

from tradestack.domain.fixed_point import SCALE
from tradestack.strategies import Strategy, decimal, whole_number
from tradestack.strategies.parameter import Parameter, parameters_of, parse_parameters


class Base(Strategy):
    """Has two, of which one is below the other."""

    short: int = whole_number(5, minimum=1, maximum=100, doc="Prices.", below="long")
    long: int = whole_number(20, minimum=2, maximum=100, doc="Prices.")


class Heir(Base):
    """Declares one of them again, and another one."""

    long: int = whole_number(30, minimum=3, maximum=50, doc="More prices.")
    step: int = decimal("0.5", minimum="-1", maximum="1", doc="A step.", not_above="top")
    top: int = decimal("1", minimum="0", maximum="2.5", doc="Its top.")


class Without(Base):
    """Has one of them no more."""

    short = 7


def parsed(strategy: type[Strategy], **texts: str) -> dict[str, int]:
    """The values of the parameters with these texts."""
    return dict(parse_parameters(parameters_of(strategy), texts))


def test_parameters_are_inherited_in_the_order_of_their_declaration() -> None:
    """A class may declare one again, in its place, or put a plain value in place of it."""
    assert list(parameters_of(Base)) == ["short", "long"]
    assert list(parameters_of(Heir)) == ["short", "long", "step", "top"]
    assert parameters_of(Heir)["long"].maximum == 50
    assert parsed(Heir) == {"short": 5, "long": 30, "step": SCALE // 2, "top": SCALE}
    assert parsed(Base) == {"short": 5, "long": 20}
    assert list(parameters_of(Without)) == ["long"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"long": "3", "short": "2"}, {"long": 3, "short": 2}),
        ({"long": "50.0", "short": "1"}, {"long": 50, "short": 1}),
        ({"step": "-1"}, {"step": -SCALE}),
        ({"step": "0.00000001"}, {"step": 1}),
        ({"step": "1", "top": "1"}, {"step": SCALE, "top": SCALE}),
        ({"top": "2.5"}, {"top": 5 * SCALE // 2}),
        ({"top": "1e0"}, {"top": SCALE}),
    ],
)
def test_bounds_are_allowed(texts: dict[str, str], expected: dict[str, int]) -> None:
    """Both of them, and what is between."""
    assert parsed(Heir, **texts).items() >= expected.items()


@pytest.mark.parametrize(
    ("texts", "complaint"),
    [
        ({"long": "2", "short": "1"}, "long is 2, allowed is a whole number from 3 to 50"),
        ({"long": "51"}, "long is 51, allowed is a whole number from 3 to 50"),
        ({"long": "3.5"}, "long is 3.5, allowed is a whole number from 3 to 50"),
        ({"step": "-1.00000001"}, "step is -1.00000001, allowed is a number from -1 to 1"),
        ({"step": "1.00000001"}, "step is 1.00000001, allowed is a number from -1 to 1"),
        ({"top": "2.50000001"}, "top is 2.50000001, allowed is a number from 0 to 2.5"),
        ({"top": "nan"}, "top 'nan' is not a decimal number"),
        ({"top": "0.000000001"}, "top '0.000000001' has more than 8 decimals"),
        ({"long": "5"}, "short is 5, and has to be below long, which is 5"),
        ({"short": "30"}, "short is 30, and has to be below long, which is 30"),
        ({"top": "0.49999999"}, "step is 0.5, and may not be above top, which is 0.49999999"),
        ({"wide": "1"}, "there is no parameter 'wide', known are short, long, step, top"),
    ],
)
def test_what_is_not_allowed_is_told(texts: dict[str, str], complaint: str) -> None:
    """One beyond a bound, a relation that does not hold, a name that there is not."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 (the whole text is compared)
        parsed(Heir, **texts)

    assert str(refused.value) == complaint


def test_a_strategy_without_parameters_takes_none() -> None:
    """It says so."""
    with pytest.raises(ValueError, match=r"^there is no parameter 'short', it has none$"):
        parsed(Strategy, short="1")


def test_a_number_and_a_count_are_compared_by_what_they_mean() -> None:
    """Not by the integers that they are."""

    class Mixed(Strategy):
        part: int = decimal("2.5", minimum="0", maximum="9", doc="A part.", below="count")
        count: int = whole_number(3, minimum=0, maximum=9, doc="A count.")

    assert parsed(Mixed) == {"part": 5 * SCALE // 2, "count": 3}
    with pytest.raises(ValueError, match=r"^part is 2.5, and has to be below count, which is 2$"):
        parsed(Mixed, count="2")


@pytest.mark.parametrize("bounds", [(1.5, 1, 9), (1, 0.5, 9), (1, 1, 9.5)])
def test_a_count_is_declared_by_integers(bounds: tuple[int, int, int]) -> None:
    """A float would be found out only when it is shown."""
    default, minimum, maximum = bounds

    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        whole_number(default, minimum=minimum, maximum=maximum, doc="A count.")


@pytest.mark.parametrize("name", ["short", "long", "step", "top"])
def test_a_value_survives_the_way_through_its_text(name: str) -> None:
    """As the configuration is shown, it can be written."""
    declared: Parameter = parameters_of(Heir)[name]

    for value in (declared.minimum, declared.default, declared.maximum):
        assert declared.parse(declared.format(value)) == value
