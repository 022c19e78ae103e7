"""All targets by name."""

from collections.abc import Mapping

from tests.fuzz.target import Target
from tests.fuzz.targets import (
    books,
    close,
    control,
    csv,
    execution,
    feed,
    feed_log,
    fix,
    journal,
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
        *(journal, feed_log, books, settings, reload, fix),
    )
    for target in module.TARGETS
}
