"""Feeds and requests for the tests of the reference, and what became of them in short."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from tests.reference.accounts import decimal_text, run
from tests.reference.execution import Settings
from tests.reference.feed import Message
from tests.reference.orders import NewOrder, Request

MS = 1_000_000
Trade = tuple[int, str, int]  # ms, price, size

TAPE: list[Trade] = [(0, "100.00", 400), (1, "100.02", 100), (3, "99.98", 1000), (5, "99.95", 200)]
QUARTER = Settings(entry_latency_ns=2 * MS, participation=Fraction("0.25"), slippage_ticks=1)
TOUCH = Settings(entry_latency_ns=2 * MS, participation=Fraction("0.25"), limit_model="touch")


def tape(trades: Sequence[Trade]) -> list[Message]:
    """Trades of the symbol X → the feed."""
    return [
        Message(sequence, at_ms * MS, True, "X", Fraction(price), Fraction(size))
        for sequence, (at_ms, price, size) in enumerate(trades, start=1)
    ]


def order(quantity: int, limit: str | None = None, tif: str = "GTC", **changes: object) -> NewOrder:
    """An order for X, a sale if the quantity is below 0, caused by message 1."""
    values: dict[str, object] = {
        "account": "a",
        "cl_ord_id": "A",
        "symbol": "X",
        "side": "BUY" if quantity > 0 else "SELL",
        "quantity": Fraction(abs(quantity)),
        "ord_type": "MARKET" if limit is None else "LIMIT",
        "time_in_force": tif,
        "price": None if limit is None else Fraction(limit),
        "cause": 1,
    }
    return NewOrder(**(values | changes))  # type: ignore[arg-type]


def filled(
    requests: Sequence[Request], settings: Settings, trades: Sequence[Trade] = TAPE
) -> list[str]:
    """What was filled: "quantity @ price of ClOrdID at sequence"."""
    account, _ = run(tape(trades), requests, settings)
    return [
        f"{decimal_text(fill.quantity)} @ {decimal_text(fill.price)} of {fill.cl_ord_id}"
        f" at {fill.sequence}"
        for fill in account.fills
    ]


def ended(
    requests: Sequence[Request], settings: Settings, trades: Sequence[Trade] = TAPE
) -> list[str]:
    """How the orders ended: "ClOrdID status cumulated quantity"."""
    _, orders = run(tape(trades), requests, settings)
    return [f"{its.cl_ord_id} {its.ord_status} {decimal_text(its.cum_quantity)}" for its in orders]


def csv_files(directory: Path) -> tuple[Path, Path]:
    """TAPE as files, with news at its first and behind its last time."""
    prices, sentiment = directory / "prices.csv", directory / "sentiment.csv"
    rows = [f"2026-01-15T14:30:00.{at_ms:03d}Z,X,{price},{size}" for at_ms, price, size in TAPE]
    prices.write_text("\n".join(["timestamp,symbol,price,size", *rows, ""]))
    times = ["2026-01-15T14:30:00.005Z", "2026-01-15T14:30:00.006Z"]
    lines = ["timestamp,symbol,sentiment", *(f"{time},X,70" for time in times), ""]
    sentiment.write_text("\n".join(lines))
    return prices, sentiment
