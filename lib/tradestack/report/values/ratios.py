"""Ratios: each with its definition, as the same name means different things elsewhere."""

import msgspec

from tradestack.report.values.units import Duration, Fixed


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """One ratio; definition: a sentence with ddof, days a year and whatever else decides.

    value: None where the definition has none, for instance without a loss; samples: how many
    numbers it is of.
    """

    key: str
    title: str
    value: float | None
    samples: int
    definition: str


class RatiosOf(msgspec.Struct, frozen=True, kw_only=True):
    """The ratios of an account, user None: of all together.

    interval_ns: of the profits that they are of; intervals without a message are left out.
    capital: what returns are a share of: as asked for, else the largest gross exposure after a
    fill; 0: nothing was ever held.
    """

    user: str | None
    interval_ns: Duration
    capital: Fixed
    ratios: tuple[Ratio, ...]
