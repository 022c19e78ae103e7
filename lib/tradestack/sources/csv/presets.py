"""The presets, the more particular ones first: the first that fits a file is taken."""

from collections.abc import Mapping

from tradestack.domain.tick import Aggressor
from tradestack.sources.csv.preset import Preset, Price, Stamp, columns

# The buyer's order was in the book: the seller was the aggressor.
BUYER_WAS_MAKER = {"TRUE": Aggressor.SELLER, "FALSE": Aggressor.BUYER, "": Aggressor.UNKNOWN}
SELLER_WAS_TAKER = {**BUYER_WAS_MAKER, "1": Aggressor.SELLER, "0": Aggressor.BUYER}
# The side of the book that was hit, or of the order that was executed.
HIT_SIDE = {
    "A": Aggressor.SELLER,
    "B": Aggressor.BUYER,
    "N": Aggressor.UNKNOWN,
    "": Aggressor.UNKNOWN,
}
RESTING_DIRECTION = {"1": Aggressor.SELLER, "-1": Aggressor.BUYER}

NEW_YORK = "America/New_York"
CAPITALS_FIRST = r"^([A-Z0-9]{5,24})-"
CAPITALS_LAST = r"(?:^|_)([A-Z0-9]{5,12})$"
_BARS = ["open", "high", "low", "close"]

TRADESTACK = Preset(
    name="tradestack",
    columns=columns(
        timestamp="timestamp",
        symbol="symbol",
        price="price",
        size="size",
        side="side",
        sentiment="sentiment",
    ),
)

PRESETS = (
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
        name="tardis-trades",
        header=("exchange", "symbol", "timestamp", "local_timestamp", "id", "price", "amount"),
        columns=columns(
            timestamp="local_timestamp", symbol="symbol", price="price", size="amount", side="side"
        ),
        sides={
            "BUY": Aggressor.BUYER,
            "SELL": Aggressor.SELLER,
            "UNKNOWN": Aggressor.UNKNOWN,
            "": Aggressor.UNKNOWN,
        },
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
        name="binance-aggtrades",
        header=("agg_trade_id", "price", "quantity", "transact_time", "is_buyer_maker"),
        shape=(
            *("integer", "decimal", "decimal", "integer", "integer", "milliseconds"),
            *("boolean", "boolean?"),
        ),
        names=(
            *("agg_trade_id", "price", "quantity", "first_trade_id", "last_trade_id"),
            *("transact_time", "is_buyer_maker", "is_best_match"),
        ),
        columns=columns(
            timestamp="transact_time",
            symbol="symbol",
            price="price",
            size="quantity",
            side="is_buyer_maker",
        ),
        sides=BUYER_WAS_MAKER,
        symbol_in_name=CAPITALS_FIRST,
        mixes_units=True,
    ),
    Preset(
        name="binance-trades",
        header=("id", "price", "qty", "time"),
        shape=(
            *("integer", "decimal", "decimal", "decimal", "milliseconds"),
            *("boolean", "boolean?"),
        ),
        names=("id", "price", "qty", "quote_qty", "time", "is_buyer_maker", "is_best_match"),
        columns=columns(
            timestamp="time",
            symbol="symbol",
            price="price",
            size="qty",
            side="is_buyer_maker,isbuyermaker",
        ),
        sides=BUYER_WAS_MAKER,
        symbol_in_name=CAPITALS_FIRST,
        mixes_units=True,
    ),
    Preset(
        name="binance-klines",
        header=("open_time", *_BARS, "volume"),
        shape=(
            *("milliseconds", "decimal", "decimal", "decimal", "decimal", "decimal"),
            *("milliseconds", "decimal", "integer", "decimal", "decimal", "decimal"),
        ),
        names=(
            *("open_time", *_BARS, "volume", "close_time", "quote_volume", "count"),
            *("taker_buy_volume", "taker_buy_quote_volume", "ignore"),
        ),
        columns=columns(timestamp="open_time", symbol="symbol", price="close", size="volume"),
        stamp=Stamp.START,
        end="close_time",
        symbol_in_name=CAPITALS_FIRST,
        mixes_units=True,
    ),
    Preset(
        name="kraken-trades",
        shape=("seconds", "decimal", "decimal"),
        names=("time", "price", "volume"),
        columns=columns(timestamp="time", price="price", size="volume"),
        symbol_in_name=CAPITALS_LAST,
    ),
    Preset(
        name="kraken-bars",
        shape=("seconds", *["decimal"] * 5, "integer"),
        names=("time", *_BARS, "volume", "trades"),
        columns=columns(timestamp="time", price="close", size="volume"),
        stamp=Stamp.START,
        symbol_in_name=r"(?:^|_)([A-Z0-9]{5,12})_\d+$",
    ),
    Preset(
        name="okx-trades",
        header=("instrument_name", "trade_id", "price", "size", "created_time"),
        columns=columns(
            timestamp="created_time",
            symbol="instrument_name",
            price="price",
            size="size",
            side="side",
        ),
    ),
    Preset(
        name="bybit-spot-trades",
        header=("id", "timestamp", "price", "volume", "side"),
        columns=columns(
            timestamp="timestamp", symbol="symbol", price="price", size="volume", side="side"
        ),
        symbol_in_name=r"^([A-Z0-9]{5,24})[_-]",
    ),
    Preset(
        name="coinapi-trades",
        header=("time_exchange", "price", "base_amount", "taker_side"),
        columns=columns(
            timestamp="time_exchange",
            symbol="symbol",
            price="price",
            size="base_amount",
            side="taker_side",
        ),
    ),
    Preset(
        name="kaiko-trades",
        header=("id", "exchange", "symbol", "date", "price", "amount", "sell"),
        columns=columns(
            timestamp="date", symbol="symbol", price="price", size="amount", side="sell"
        ),
        sides=SELLER_WAS_TAKER,
    ),
    Preset(
        name="cryptodatadownload",
        header=("unix", "date", "symbol", *_BARS),
        columns=columns(timestamp="unix", symbol="symbol", price="close", size="volume *"),
        stamp=Stamp.START,
        newest_first=True,
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
        names=("time", *_BARS, "volume"),
        columns=columns(timestamp="time", price="close", size="volume"),
        timestamp_format="%Y%m%d %H%M%S",
        timezone="Etc/GMT+5",
        stamp=Stamp.START,
        symbol_in_name=r"^DAT_ASCII_([A-Z]{6})_",
    ),
    Preset(
        name="firstrate",
        shape=("iso", *["decimal"] * 5),
        names=("time", *_BARS, "volume"),
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
        names=("date", "time", *_BARS, "volume"),
        columns=columns(timestamp="date+time", price="close", size="volume"),
        timestamp_format="%m/%d/%Y %H:%M",
        stamp=Stamp.START,
        symbol_in_name=r"^([A-Z.]{1,6})$",
        needs_zone=True,
    ),
    Preset(
        name="ib-bars",
        header=("date", *_BARS, "volume", "average", "barcount"),
        columns=columns(timestamp="date", symbol="symbol", price="close", size="volume"),
        stamp=Stamp.START,
        midnight_is_date=True,
        needs_zone=True,
    ),
    Preset(
        name="yahoo-daily",
        header=("date", *_BARS),
        columns=columns(
            timestamp="date", symbol="symbol,ticker,name", price="close", size="volume"
        ),
        stamp=Stamp.START,
        midnight_is_date=True,
    ),
    Preset(
        name="yahoo-intraday",
        header=("datetime", *_BARS),
        columns=columns(timestamp="datetime", symbol="symbol,ticker", price="close", size="volume"),
        stamp=Stamp.START,
        needs_zone=True,
    ),
    TRADESTACK,
)
# The standard columns with times as this vendor writes them.
INTERACTIVE_BROKERS = Preset(name="ib", columns=TRADESTACK.columns, needs_zone=True)
BY_NAME: Mapping[str, tuple[Preset, ...]] = {
    preset.name: tuple(other for other in PRESETS if other.name == preset.name)
    for preset in (*PRESETS, INTERACTIVE_BROKERS)
}
