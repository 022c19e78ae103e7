"""A number as people write it → as a computer does: "$1,234.50" → "1234.50".

A currency sign before or after the number is dropped. What stands between thousands is dropped if
the file is said to have it and the groups are whole: otherwise "1,2" would become 12.
"""

import re
from functools import lru_cache

from tradestack.sources.csv.layout import Layout

_CURRENCY_SIGNS = "$€£¥"
_SPACES = " \u00a0\u202f"  # with the two of typesetters, which do not break
_ADVICE = (
    (r"\d{1,3}(,\d{3})+(\.\d+)?", "if the comma stands between thousands, use --thousands ,"),
    (r"\d{1,3}(\.\d{3})+,\d+", "use --thousands . --decimal ,"),
    (r"\d{1,3}(\.\d{3}){2,}", "use --thousands ."),
    (r"\d{1,3}('\d{3})+([.,]\d+)?", 'use --thousands "\'"'),
    (rf"\d{{1,3}}([{_SPACES}]\d{{3}})+([.,]\d+)?", "use --thousands space"),
    (r"\d+,\d+", "if it is a decimal comma, use --decimal ,"),
)


def plain_number(text: str, layout: Layout) -> str:
    """Return the number with a decimal point and nothing else but digits, if it is one."""
    number = text.strip(_CURRENCY_SIGNS).strip(_SPACES)
    if layout.thousands and _grouped(layout.thousands, layout.decimal).fullmatch(number):
        number = re.sub(rf"[{_SPACES}{layout.thousands}]", "", number)
    return number.replace(",", ".") if layout.decimal == "," else number


def advice_on_number(text: str) -> str:
    """Return what to do about a text that is not a number; "" if that is not known."""
    number = text.strip(_CURRENCY_SIGNS).strip(_SPACES)
    for form, advice in _ADVICE:
        if re.fullmatch(form, number, re.ASCII):
            return advice
    return ""


@lru_cache(8)
def _grouped(thousands: str, decimal: str) -> re.Pattern[str]:
    """Return the pattern of a number with whole groups of three digits."""
    between = _SPACES if thousands == " " else re.escape(thousands)
    return re.compile(rf"-?\d{{1,3}}(?:[{between}]\d{{3}})+(?:{re.escape(decimal)}\d+)?", re.ASCII)
