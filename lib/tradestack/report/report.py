"""The report of a session: one frozen value, from which pages, texts and JSON are made."""

import msgspec

from tradestack.report.values.accounts import Accounts
from tradestack.report.values.execution_quality import ExecutionQuality
from tradestack.report.values.faults import Faults
from tradestack.report.values.feed import Feed
from tradestack.report.values.orders import Orders
from tradestack.report.values.processes import ProcessFigures
from tradestack.report.values.provenance import Provenance
from tradestack.report.values.ratios import RatiosOf
from tradestack.report.values.round_trips import RoundTrips
from tradestack.report.values.series import Series
from tradestack.report.values.waterfall import Waterfall


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that a report shows.

    execution: all orders together first, then by user, then by user and symbol; the largest groups
    first, cut to some. ratios: all accounts together first if there are several, then by user.
    processes: None if not recorded.
    """

    provenance: Provenance
    feed: Feed
    waterfall: Waterfall
    orders: Orders
    accounts: Accounts
    series: Series
    execution: tuple[ExecutionQuality, ...]
    round_trips: RoundTrips
    ratios: tuple[RatiosOf, ...]
    processes: tuple[ProcessFigures, ...] | None
    faults: Faults
