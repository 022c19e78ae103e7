"""All presets, the more particular ones first: the first that fits a file is taken."""

from collections.abc import Mapping

from tradestack.sources.csv.formats.coins import COINS
from tradestack.sources.csv.formats.currencies import CURRENCIES
from tradestack.sources.csv.formats.preset import BARS, Preset, Stamp, columns
from tradestack.sources.csv.formats.shares import SHARES

TRADESTACK = Preset(
    name="tradestack",
    columns=columns(
        timestamp="timestamp",
        symbol="symbol",
        price="price",
        bid="bid",
        ask="ask",
        size="size",
        side="side",
        sentiment="sentiment",
    ),
)

PRESETS = (
    *COINS,
    *SHARES,
    *CURRENCIES,
    *(
        Preset(
            name="bars",
            header=(timestamp, *BARS),
            columns=columns(
                timestamp=timestamp,
                symbol="symbol,ticker",
                price="price,close",
                size="size,volume",
            ),
            stamp=Stamp.START,
        )
        for timestamp in ("timestamp", "time")
    ),
    TRADESTACK,
)
# The standard columns with times as this vendor writes them.
INTERACTIVE_BROKERS = Preset(name="ib", columns=TRADESTACK.columns, needs_zone=True)
BY_NAME: Mapping[str, tuple[Preset, ...]] = {
    preset.name: tuple(other for other in PRESETS if other.name == preset.name)
    for preset in (*PRESETS, INTERACTIVE_BROKERS)
}
