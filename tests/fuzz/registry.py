"""All targets by name."""

from collections.abc import Mapping

from tests.fuzz.target import Target
from tests.fuzz.targets import (
    accounts,
    books,
    close,
    control,
    csv,
    execution,
    feed,
    feed_checksums,
    feed_log,
    fix,
    journal,
    order_log,
    orders,
    reload,
    settings,
    soup,
    varlink,
)

TARGETS: Mapping[str, Target] = {
    target.name: target
    for module in (
        *(soup, close, feed, orders, execution, varlink, control, csv),
        *(journal, accounts, order_log, feed_log, feed_checksums, books, settings, reload, fix),
    )
    for target in module.TARGETS
}
