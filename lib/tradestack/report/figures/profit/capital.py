"""The capital that returns relate to, if none is given.

An account begins with equity 0, so that there is none by itself. With the largest gross exposure
after a fill everything could have been bought without credit.
"""

from tradestack.report.figures.exact import Integers


def capital_of(gross_exposures: Integers) -> int:
    """Return the capital ×10⁻⁸ of gross exposures ×10⁻⁸: the largest; 0 if nothing was held."""
    return int(gross_exposures.max(initial=0))
