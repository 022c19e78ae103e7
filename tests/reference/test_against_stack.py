"""What the running stack makes of its orders is what the reference makes of them."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference.accounts import decimal_text, expected_accounts
from tests.reference.execution import Settings
from tests.reference.samples import csv_files
from tests.reference.stack_run import ROOT, SAMPLE, Run, run_to_the_end

REAL = ROOT.parent / "shared" / "data" / "real"
ACCOUNT = "news"
CONFIGURED: Sequence[tuple[str, Settings]] = [
    ("", Settings(default_size=Fraction(100))),
    (
        '{slippage = "ticks", slippage_ticks = 1, entry_latency = "250ms", ioc_window = "2s", '
        'participation_bp = 200, fee_bp = "1", fee_minimum = "0.5"}',
        Settings(
            default_size=Fraction(100),
            slippage_ticks=1,
            entry_latency_ns=250_000_000,
            ioc_window_ns=2_000_000_000,
            participation=Fraction(1, 50),
            fee_basis_points=Fraction(1),
            fee_minimum=Fraction(1, 2),
        ),
    ),
    (
        '{slippage = "basis-points", slippage_bp = "2.5", price_increment = "0.00000001", '
        'fee_per_share = "0.0035", fee_minimum = "0.35"}',
        Settings(
            default_size=Fraction(100),
            slippage_basis_points=Fraction(5, 2),
            fee_per_share=Fraction("0.0035"),
            fee_minimum=Fraction("0.35"),
        ),
    ),
]


def check(directory: Path, files: tuple[Path, Path], execution: str, settings: Settings) -> Run:
    """Compare fills, ends of orders, positions and profit of a run with those of the reference."""
    run = run_to_the_end(directory, *files, execution)
    assert run.orders
    expected = expected_accounts(*files, run.orders, settings)[ACCOUNT]
    account = run.result["accounts"][ACCOUNT]

    assert [tuple(map(_text, fill)) for fill in run.fills] == [
        tuple(fill[name] for name in ("cl_ord_id", "quantity", "price", "sequence", "fee"))
        for fill in expected["fills"]
    ]
    assert run.ord_statuses == {
        name: order["ord_status"] for name, order in expected["orders"].items()
    }
    assert account["fills"] == len(run.fills)
    assert account["positions"] == {
        symbol: {name: position[name] for name in ("quantity", "average_price")}
        for symbol, position in expected["positions"].items()
        if position["quantity"] != "0"
    }
    names = {"realized_pnl": "realised", "unrealized_pnl": "unrealised", "fees": "fees"}
    for ours, its in {**names, "equity": "equity"}.items():
        assert abs(Fraction(account[ours]) - Fraction(expected[its])) <= Fraction(1, 10**8), ours
    return run


def _text(value: object) -> object:
    return decimal_text(value) if isinstance(value, Fraction) else value


@pytest.mark.parametrize(("execution", "settings"), CONFIGURED, ids=["shipped", "ticks", "points"])
def test_the_sample_data_ends_as_the_reference_says(
    tmp_path: Path, execution: str, settings: Settings
) -> None:
    """Every fill, position and sum, twice the same."""
    first = check(tmp_path / "first", SAMPLE, execution, settings)
    second = check(tmp_path / "second", SAMPLE, execution, settings)

    assert first.fills
    assert second.result["accounts"] == first.result["accounts"]


def test_an_order_that_the_tape_ends_before_is_expired(tmp_path: Path) -> None:
    """Its IOC, for news behind the last trade, has met no trade, so its time is not over."""
    run = check(tmp_path / "stack", csv_files(tmp_path), *CONFIGURED[0])

    assert set(run.ord_statuses.values()) == {"EXPIRED"}


@pytest.mark.skipif(not REAL.exists(), reason="the real data are not beside the checkout")
@pytest.mark.parametrize(
    ("prices", "sentiment"),
    [("prices_small.csv", "sentiment.csv"), ("prices.csv.gz", "sentiment_full_day.csv")],
    ids=["a quarter of an hour", "a day"],
)
def test_real_data_end_as_the_reference_says(tmp_path: Path, prices: str, sentiment: str) -> None:
    """Twice the same; the day has news from before its first trade to after its last."""
    files = (REAL / prices, REAL / sentiment)

    first = check(tmp_path / "first", files, *CONFIGURED[0])
    second = check(tmp_path / "second", files, *CONFIGURED[0])

    assert first.fills
    assert second.result["accounts"] == first.result["accounts"]
