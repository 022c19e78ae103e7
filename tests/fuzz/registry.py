"""All targets by name."""

from collections.abc import Mapping

from tests.fuzz.target import Target
from tests.fuzz.targets import (
    control,
    csv,
    feed,
    feed_log,
    journal,
    orders,
    settings,
    soup,
    varlink,
)

TARGETS: Mapping[str, Target] = {
    target.name: target
    for module in (soup, feed, orders, varlink, control, csv, journal, feed_log, settings)
    for target in module.TARGETS
}
