"""The presets of vendors of coins."""

from tradestack.domain.tick import Aggressor
from tradestack.sources.csv.formats.preset import BARS, Preset, Stamp, columns

# The buyer's order was in the book: the seller was the aggressor.
BUYER_WAS_MAKER = {"TRUE": Aggressor.SELLER, "FALSE": Aggressor.BUYER, "": Aggressor.UNKNOWN}
SELLER_WAS_TAKER = {**BUYER_WAS_MAKER, "1": Aggressor.SELLER, "0": Aggressor.BUYER}
CAPITALS_FIRST = r"^([A-Z0-9]{5,24})-"
CAPITALS_LAST = r"(?:^|_)([A-Z0-9]{5,12})$"

COINS = (
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
        header=("open_time", *BARS, "volume"),
        shape=(
            *("milliseconds", "decimal", "decimal", "decimal", "decimal", "decimal"),
            *("milliseconds", "decimal", "integer", "decimal", "decimal", "decimal"),
        ),
        names=(
            *("open_time", *BARS, "volume", "close_time", "quote_volume", "count"),
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
        names=("time", *BARS, "volume", "trades"),
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
        header=("unix", "date", "symbol", *BARS),
        columns=columns(timestamp="unix", symbol="symbol", price="close", size="volume *"),
        stamp=Stamp.START,
        newest_first=True,
    ),
)
