"""The files of vendors, and what each is to be read as."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.kit.csv_files import SHARED_DATA
from tradestack.domain.tick import Aggressor

VENDOR = SHARED_DATA / "vendor"
NEW_YEAR_NS = 1_735_689_600_000_000_000  # 2025-01-01T00:00:00Z
BAR_NS = 1_735_831_800_000_000_000  # 2025-01-02T15:30:00Z
DAY_NS = 86_400 * 10**9
MINUTE_NS = 60 * 10**9
SYMBOL = {"symbol": "THESYMBOL"}
B, S, U = Aggressor.BUYER, Aggressor.SELLER, Aggressor.UNKNOWN


@dataclass(frozen=True)
class Expected:
    """What becomes of a file: its preset, number of ticks and first tick."""

    preset: str
    ticks: int
    first_ns: int
    symbol: str
    price: str
    size: str = "0"
    side: Aggressor = U
    options: dict[str, Any] = field(default_factory=dict)
    refused_lines: tuple[int, ...] = ()


FILES = {
    "v01_binance_aggtrades_nohdr.csv": Expected(
        "binance-aggtrades",
        *(3, 1736935200000123000, "THESYMBOL", "94210.11", "0.0012", S),
        options=SYMBOL,
    ),
    "v02_binance_um_aggtrades.csv": Expected(
        "binance-aggtrades",
        *(3, 1704110400007000000, "THESYMBOL", "43120.5", "0.25", B),
        options=SYMBOL,
    ),
    "v03_binance_ms_then_us.csv": Expected(
        "binance-klines",
        *(4, 1735689541000000000, "DOGEUSDT", "0.3311", "5400"),
        options={"interval": "1s"},
    ),
    "v04_stooq.csv": Expected(
        "stooq", 3, BAR_NS, "AAPL.US", "248.5", "1203400", options={"timezone": "UTC"}
    ),
    "v05_mt5.tsv": Expected(
        "metatrader",
        *(2, 1735824600000000000 + MINUTE_NS, "THESYMBOL", "1.0312", "211"),
        options={**SYMBOL, "timezone": "Europe/Athens"},
    ),
    "v06_dukascopy_jforex.csv": Expected(
        "dukascopy", 2, BAR_NS + MINUTE_NS, "THESYMBOL", "1.0312", "211.4", options=SYMBOL
    ),
    "v06b_dukascopy_node_ticks.csv": Expected(
        "dukascopy-ticks", 2, BAR_NS + 60_000_000, "THESYMBOL", "1.03111", options=SYMBOL
    ),
    "v07_histdata_ticks.csv": Expected(
        "histdata", 2, BAR_NS + 60_000_000, "THESYMBOL", "1.03111", options=SYMBOL
    ),
    "v07b_histdata_m1.csv": Expected(
        "histdata", 2, BAR_NS + MINUTE_NS, "THESYMBOL", "1.0312", options=SYMBOL
    ),
    "v08_yahoo_daily.csv": Expected(
        "yahoo-daily",
        *(3, 1735862400000000000, "THESYMBOL", "243.85", "55740700"),
        options=SYMBOL,
    ),
    "v08b_dates_only.csv": Expected(
        "tradestack", 3, 1735862400000000000, "AAPL", "243.85", "55740700"
    ),
    "v09_databento_raw.csv": Expected(
        "databento-trades", 3, 1736173800000345678, "XYZ", "49.2", "100", S
    ),
    "v10_polygon_trades.csv": Expected(
        "polygon-trades",
        *(4, 1736173800000100000, "A", "133.51", "10"),
        options={"sort": "true"},
    ),
    "v12_excel_de.csv": Expected("tradestack", 2, BAR_NS, "SAP", "238.45", "100"),
    "v12b_quoted_decimal_comma.csv": Expected("tradestack", 2, BAR_NS, "SAP", "238.45", "100"),
    "v13_tardis_trades.csv": Expected(
        "tardis-trades", 4, NEW_YEAR_NS + 17_345_000, "BTCUSDT", "93548.8", "0.032", B
    ),
    "v14_lobster_message.csv": Expected(
        "lobster-message",
        *(2, 1340285401250400222, "THESYMBOL", "191.23", "15", S),
        options={**SYMBOL, "date": "2012-06-21"},
    ),
    "v15_yyyymmdd.csv": Expected(
        "tradestack", 3, 1735862400000000000, "AAPL", "243.85", "55740700"
    ),
    "v15c_excel_serial.csv": Expected(
        "tradestack", 2, BAR_NS, "AAPL", "243.85", "557", options={"timestamp_format": "excel"}
    ),
    "v16_cryptodatadownload.csv": Expected(
        "cryptodatadownload", 2, NEW_YEAR_NS + 60 * MINUTE_NS, "BTC/USD", "93600", "10.1"
    ),
    "v17_kraken_BTCEUR.csv": Expected(
        "kraken-trades", 2, 1735689601123456000, "BTCEUR", "90210.1", "0.0012"
    ),
    "v19_naive_fallback.csv": Expected(
        "tradestack",
        *(4, 1730613480000000000, "ESZ4", "5760.25", "3"),
        options={"timezone": "America/New_York"},
    ),
    "v20_long_symbols.csv": Expected(
        "tradestack", 4, BAR_NS, "O:AAPL250117C00250000", "3.15", "10", refused_lines=(2,)
    ),
    "v21_pepe.csv": Expected(
        "tradestack", 3, NEW_YEAR_NS, "PEPEUSDT", "0.0000202", "92233720368.54775807"
    ),
    "v21b_tiny_price.csv": Expected(
        "tradestack",
        *(2, NEW_YEAR_NS + 2 * 10**9, "ELONUSDT", "0.00000017", "1000"),
        refused_lines=(2, 3),
    ),
    "v22_sep_line.csv": Expected("tradestack", 1, BAR_NS, "SPY", "580.1", "1"),
    "v22b_cr_only.csv": Expected("tradestack", 2, BAR_NS, "SPY", "580.1", "1"),
    "v22d_iso_forms.csv": Expected("tradestack", 8, BAR_NS, "SPY", "580", "1"),
    "v23_ib_bars.csv": Expected(
        "ib", 2, 1735828200000000000, "SPY", "580", "100", options={"timezone": "US/Eastern"}
    ),
    "v25_pandas_index.csv": Expected("tradestack", 2, BAR_NS, "SPY", "580.1", "1"),
    "v26_yfinance_multiheader.csv": Expected(
        "yahoo-daily", 1, 1735862400000000000, "AAPL", "243.26", "55740700"
    ),
    "v27_coinapi.csv": Expected(
        "coinapi-trades", 1, 1564358401123456700, "THESYMBOL", "9530.1", "0.2", B, options=SYMBOL
    ),
    "v28_merged_price_and_sentiment.csv": Expected(
        "tradestack", 4, 1768487400000000000, "SPY", "580.1", "100"
    ),
    "v29_out_of_order_by_1us.csv": Expected(
        "tradestack",
        *(4, NEW_YEAR_NS + 12_000_000, "BTCUSDT", "93548.8", "0.032"),
        options={"tolerate": "1ms"},
    ),
    "c1_zip.csv.zip": Expected("tradestack", 3, 1381411800000000000, "SPY", "165.1", "100"),
    "c6_two_members.csv.gz": Expected(
        "tradestack",
        *(6, 1381411800000000000, "SPY", "165.1", "100"),
        options={"sort": "true"},
        refused_lines=(5,),
    ),
    "c7b_gz_zero_padded.csv.gz": Expected(
        "tradestack", 3, 1381411800000000000, "SPY", "165.1", "100"
    ),
}
# What is said of files that are not read without an option, or not at all: line, words.
REFUSED = {
    "v03_binance_ms_then_us.csv": (1, "use --interval"),
    "v04_stooq.csv": (
        2,
        "has no zone: '20250102 153000' (none of the 3 rows is good); use --timezone ZONE",
    ),
    "v05_mt5.tsv": (1, 'column "symbol" missing'),
    "v08_yahoo_daily.csv": (1, "use --symbol NAME"),
    "v10_polygon_trades.csv": (4, "sort the file with --sort"),
    "v15c_excel_serial.csv": (
        2,
        "Excel's day numbers or a time of day",
    ),
    "v19_naive_fallback.csv": (4, "times without a zone were taken for UTC"),
    "v22f_float_epoch.csv": (2, "which a spreadsheet has shortened"),
    "v24_window_start_negative.csv": (2, "outside 1970 to 2262"),
    "v29_out_of_order_by_1us.csv": (4, "--sort, or with --tolerate TIME"),
    "f11.csv": (3, "timestamps change from dates without time of day to ISO-8601"),
    "c7_gz_garbage.csv.gz": (5, "damaged"),
    "c8_tar.csv.tar.gz": (1, "is a tar archive; unpack it first"),
    "c9_html.csv": (1, "is a web page"),
    "c10_jsonl.csv": (1, "is JSON, not CSV"),
}


def vendor_file(name: str) -> Path:
    """Return the path of a file, or skip the test where the files are not."""
    path = VENDOR / name
    if not path.exists():
        pytest.skip(f"{VENDOR} is not here")
    return path
