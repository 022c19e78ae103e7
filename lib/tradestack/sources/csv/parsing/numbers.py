"""Text of a price, size or sentiment → an integer ×10⁻⁸, by the rules of a file.

A price that is too small or too large is refused, as it would be another one. A size is never a
reason to lose a price: one that is too large becomes the largest, and is counted.
"""

from fractions import Fraction

from tradestack.domain.fixed_point import FIXED_MAX, SCALE, OutOfRange, round_fixed
from tradestack.sources.csv.layout import Layout
from tradestack.sources.csv.options import Scale
from tradestack.sources.csv.parsing.number_text import advice_on_number, plain_number
from tradestack.sources.csv.parsing.state import RowState
from tradestack.sources.csv.times.timestamps import shown
from tradestack.sources.reason import BadValue

SENTIMENT_MAX = 100 * SCALE
# As programs write that there is none.
NO_SIZE = {"", "NAN", "NULL", "NONE", "N/A", "NA", "-", "--"}


def parse_price(name: str, text: str, layout: Layout, state: RowState) -> tuple[int, bool]:
    """Return a price above zero, and whether it was rounded. Raises ValueError."""
    plain = plain_number(text, layout)
    if layout.whole_prices and not plain.isdigit():
        raise ValueError(f"{name} is not a whole number, as those of the first rows: {shown(text)}")
    value, rounded = _number(name, text, plain, layout.price_exponent)
    state.add_value(value, has_fraction=value % SCALE != 0)
    if value == 0 and rounded:
        raise ValueError(
            f"{name} {shown(text)} is below 10⁻⁸, the smallest price step; "
            "use --price-scale 1e6, or the like, to publish prices multiplied by it"
        )
    if value <= 0:
        raise ValueError(f"{name} is not greater than 0: {shown(text)}")
    return value, rounded


def parse_sentiment(text: str, layout: Layout, state: RowState) -> tuple[int, bool]:
    """Return a sentiment from 0 to 100, and whether it was rounded. Raises ValueError."""
    plain = plain_number(text, layout)
    value, rounded = _number("sentiment", text, plain, 0)
    state.add_value(value, has_fraction=value % SCALE != 0)
    scale = layout.sentiment_scale
    if scale is not None:
        value, rounded = rescaled(value, scale)
    if not 0 <= value <= SENTIMENT_MAX:
        ends = "0 to 100" if scale is None else f"{scale.lowest} to {scale.highest}"
        raise ValueError(f"sentiment is not within {ends}: {shown(text)}")
    return value, rounded


def rescaled(value: int, scale: Scale) -> tuple[int, bool]:
    """Map a value ×10⁻⁸ of a scale to 0 to 100, and return whether it was rounded."""
    exact = (Fraction(value) - scale.lowest * SCALE) * 100 / (scale.highest - scale.lowest)
    nearest = round(exact)  # half to even
    return nearest, nearest != exact


def parse_size(text: str, layout: Layout) -> tuple[int, bool, bool]:
    """Return a size, whether it was rounded, and whether it is the largest instead of itself."""
    if text.upper() in NO_SIZE:
        return 0, False, False
    plain = plain_number(text, layout)
    try:
        size, rounded = round_fixed(plain)
    except OutOfRange:
        if not plain.startswith("-"):
            return FIXED_MAX, False, True
        size, rounded = -1, False
    except ValueError as error:
        raise BadValue(
            f"size {shown(text)} is not a decimal number", advice_on_number(text)
        ) from error
    if size < 0:
        raise ValueError(f"size is negative: {shown(text)}")
    return size, rounded, False


def _number(name: str, text: str, plain: str, exponent: int) -> tuple[int, bool]:
    if not text:
        raise ValueError(f"{name} is blank")
    try:
        return round_fixed(plain, exponent)
    except OutOfRange as error:
        raise ValueError(f"{name} {shown(text)} is out of range") from error
    except ValueError as error:
        advice = advice_on_number(text)
        raise BadValue(f"{name} {shown(text)} is not a decimal number", advice) from error
