"""The presets of platforms for currencies, and of what else they export."""

from tradestack.sources.csv.formats.preset import BARS, Preset, Stamp, columns

CURRENCIES = (
    Preset(
        name="stooq",
        header=("<per>", "<date>", "<close>"),
        columns=columns(
            timestamp="<date>+<time>,<date>", symbol="<ticker>", price="<close>", size="<vol>"
        ),
        stamp=Stamp.END,
        midnight_is_date=True,
        needs_zone=True,
    ),
    Preset(
        name="metatrader",
        header=("<date>", "<open>", "<close>", "<tickvol>"),
        columns=columns(
            timestamp="<date>+<time>,<date>",
            symbol="<ticker>",
            price="<close>",
            size="<vol>&<tickvol>",
        ),
        stamp=Stamp.START,
        needs_zone=True,
    ),
    Preset(
        name="metatrader-ticks",
        header=("<date>", "<time>", "<bid>", "<ask>"),
        columns=columns(timestamp="<date>+<time>", bid="<bid>", ask="<ask>"),
        needs_zone=True,
    ),
    Preset(
        name="dukascopy",
        header=("gmt time", "open", "close"),
        columns=columns(timestamp="gmt time", price="close", size="volume"),
        timestamp_format="%d.%m.%Y %H:%M:%S.%f",
        timezone="UTC",
        stamp=Stamp.START,
    ),
    Preset(
        name="dukascopy-ticks",
        header=("gmt time", "ask", "bid"),
        columns=columns(timestamp="gmt time", bid="bid", ask="ask"),
        timestamp_format="%d.%m.%Y %H:%M:%S.%f",
        timezone="UTC",
    ),
    Preset(
        name="dukascopy-ticks",
        header=("timestamp", "askprice", "bidprice"),
        columns=columns(timestamp="timestamp", bid="bidprice", ask="askprice"),
    ),
    Preset(
        name="histdata",
        shape=("date-clock-ms", "decimal", "decimal", "integer"),
        names=("time", "bid", "ask", "volume"),
        columns=columns(timestamp="time", bid="bid", ask="ask"),
        timestamp_format="%Y%m%d %H%M%S%f",
        timezone="Etc/GMT+5",
        symbol_in_name=r"^DAT_ASCII_([A-Z]{6})_",
    ),
    Preset(
        name="histdata",
        shape=("date-clock", *["decimal"] * 4, "integer"),
        names=("time", *BARS, "volume"),
        columns=columns(timestamp="time", price="close", size="volume"),
        timestamp_format="%Y%m%d %H%M%S",
        timezone="Etc/GMT+5",
        stamp=Stamp.START,
        symbol_in_name=r"^DAT_ASCII_([A-Z]{6})_",
    ),
)
