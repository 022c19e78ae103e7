"""The presets of vendors of shares."""

from tradestack.domain.tick import Aggressor
from tradestack.sources.csv.formats.preset import BARS, Preset, Price, Stamp, columns

NEW_YORK = "America/New_York"
# The side of the book that was hit.
HIT_SIDE = {
    "A": Aggressor.SELLER,
    "B": Aggressor.BUYER,
    "N": Aggressor.UNKNOWN,
    "": Aggressor.UNKNOWN,
}
# Of the order in the book that was executed.
RESTING_DIRECTION = {"1": Aggressor.SELLER, "-1": Aggressor.BUYER}

SHARES = (
    Preset(
        name="databento-trades",
        header=("ts_recv", "ts_event", "rtype", "action", "side", "price", "size", "symbol"),
        columns=columns(
            timestamp="ts_event", symbol="symbol", price="price", size="size", side="side"
        ),
        price=Price.NANO_IF_WHOLE,
        sides=HIT_SIDE,
        rows="action=T",
        rows_are="trades (action T)",
    ),
    Preset(
        name="polygon-trades",
        header=("ticker", "participant_timestamp", "sip_timestamp", "price", "size"),
        columns=columns(
            timestamp="participant_timestamp", symbol="ticker", price="price", size="size"
        ),
    ),
    Preset(
        name="polygon-aggregates",
        header=("ticker", "window_start", "open", "close", "volume"),
        columns=columns(timestamp="window_start", symbol="ticker", price="close", size="volume"),
        stamp=Stamp.START,
    ),
    Preset(
        name="nyse-taq",
        header=("time", "exchange", "symbol", "trade volume", "trade price"),
        columns=columns(
            timestamp="time", symbol="symbol", price="trade price", size="trade volume"
        ),
        timestamp_format="%H%M%S%f",
        timezone=NEW_YORK,
        date_in_name=r"(\d{4})-?(\d\d)-?(\d\d)",
        trailer="END",
    ),
    Preset(
        name="taq",
        header=("date", "time_m", "price", "size"),
        columns=columns(
            timestamp="date+time_m", symbol="sym_root,symbol", price="price", size="size"
        ),
        timezone=NEW_YORK,
    ),
    Preset(
        name="algoseek-trades",
        header=("date", "timestamp", "eventtype", "ticker", "price", "quantity"),
        columns=columns(
            timestamp="date+timestamp", symbol="ticker", price="price", size="quantity"
        ),
        timezone=NEW_YORK,
        rows="eventtype=TRADE*",
        rows_are="trades (EventType TRADE)",
    ),
    Preset(
        name="lobster-message",
        shape=("second-of-day", "lobster-type", "integer", "integer", "integer", "direction"),
        names=("time", "type", "order id", "size", "price", "direction"),
        columns=columns(timestamp="time", price="price", size="size", side="direction"),
        timestamp_format="seconds-of-day",
        timezone=NEW_YORK,
        price_scale=-4,
        sides=RESTING_DIRECTION,
        rows="type=4,5",
        rows_are="trades (types 4, 5)",
        symbol_in_name=r"^([A-Z.]{1,6})_\d{4}-\d\d-\d\d_",
        date_in_name=r"_(\d{4})-(\d\d)-(\d\d)_",
    ),
    Preset(
        name="lean-trades",
        shape=("millisecond-of-day", "integer", "integer", "letters", "letters", "flag"),
        names=("milliseconds", "price", "size", "exchange", "condition", "suspicious"),
        columns=columns(timestamp="milliseconds", price="price", size="size"),
        timestamp_format="milliseconds-of-day",
        timezone=NEW_YORK,
        price_scale=-4,
        symbol_in_name=r"^\d{8}_([a-z.]{1,6})_",
        date_in_name=r"^(\d{4})(\d\d)(\d\d)_",
    ),
    Preset(
        name="firstrate",
        shape=("iso", *["decimal"] * 5),
        names=("time", *BARS, "volume"),
        columns=columns(timestamp="time", price="close", size="volume"),
        stamp=Stamp.START,
        symbol_in_name=r"^([A-Z.]{1,6})_",
        needs_zone=True,
    ),
    Preset(
        name="kibot-ticks",
        shape=("us-date", "clock", "decimal", "decimal", "decimal", "decimal"),
        names=("date", "time", "price", "bid", "ask", "size"),
        columns=columns(timestamp="date+time", price="price", size="size"),
        timestamp_format="%m/%d/%Y %H:%M:%S",
        symbol_in_name=r"^([A-Z.]{1,6})$",
        needs_zone=True,
    ),
    Preset(
        name="kibot-bars",
        shape=("us-date", "clock", *["decimal"] * 5),
        names=("date", "time", *BARS, "volume"),
        columns=columns(timestamp="date+time", price="close", size="volume"),
        timestamp_format="%m/%d/%Y %H:%M",
        stamp=Stamp.START,
        symbol_in_name=r"^([A-Z.]{1,6})$",
        needs_zone=True,
    ),
    Preset(
        name="ib-bars",
        header=("date", *BARS, "volume", "average", "barcount"),
        columns=columns(timestamp="date", symbol="symbol", price="close", size="volume"),
        stamp=Stamp.START,
        midnight_is_date=True,
        needs_zone=True,
    ),
    Preset(
        name="nasdaq-daily",
        header=("date", "close/last", "open", "high", "low"),
        columns=columns(
            timestamp="date", symbol="symbol,ticker", price="close/last", size="volume"
        ),
        timestamp_format="%m/%d/%Y",
        stamp=Stamp.START,
        newest_first=True,
        midnight_is_date=True,
    ),
    Preset(
        name="yahoo-daily",
        header=("date", *BARS),
        columns=columns(
            timestamp="date", symbol="symbol,ticker,name", price="close", size="volume"
        ),
        stamp=Stamp.START,
        midnight_is_date=True,
    ),
    Preset(
        name="yahoo-intraday",
        header=("datetime", *BARS),
        columns=columns(timestamp="datetime", symbol="symbol,ticker", price="close", size="volume"),
        stamp=Stamp.START,
        needs_zone=True,
    ),
)
