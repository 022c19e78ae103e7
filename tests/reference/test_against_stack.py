"""What the running stack makes of its orders is what the reference makes of them."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.reference.accounts import decimal_text, expected_accounts
from tests.reference.execution import Settings
from tests.reference.orders import NewOrder

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "data" / "real"
TRADESTACKCTL = Path(sys.executable).with_name("tradestackctl")
ACCOUNT = "news"
SAMPLE = (ROOT / "data" / "prices.csv", ROOT / "data" / "sentiment.csv")
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


@dataclass(frozen=True)
class Run:
    """A run of the stack to the end of its files: its result, and the records of its journal."""

    result: Mapping[str, Any]
    records: Sequence[Mapping[str, Any]]

    @property
    def orders(self) -> list[NewOrder]:
        """The accepted orders, in the order sent."""
        return [
            NewOrder(
                account=record["User"],
                cl_ord_id=record["Order"]["ClOrdID"],
                symbol=record["Order"]["Symbol"],
                side=record["Order"]["Side"],
                quantity=Fraction(record["Order"]["OrderQty"]),
                ord_type=record["Order"]["OrdType"],
                time_in_force=record["Order"]["TimeInForce"],
                cause=record["Cause"],
            )
            for record in self.records
            if record["Record"] == "Order" and record["Report"]["OrdStatus"] != "REJECTED"
        ]

    @property
    def fills(self) -> list[tuple[str, Fraction, Fraction, int, Fraction]]:
        """Order, quantity, price, trade and fee of each fill, in the order made."""
        reports = [record["Report"] for record in self.records if record["Record"] == "Execution"]
        return [
            (
                report["ClOrdID"],
                Fraction(report["LastQty"]),
                Fraction(report["LastPx"]),
                report["FeedSeq"],
                Fraction(report["Commission"]),
            )
            for report in reports
            if report["ExecType"] == "TRADE"
        ]


def run_to_the_end(directory: Path, prices: Path, sentiment: Path, execution: str) -> Run:
    """Run the stack as shipped, but for the execution model, as fast as it goes."""
    command: list[str | Path] = [TRADESTACKCTL, "up", "--pace", "max", "--until-end", "--json"]
    command += ["--state-dir", directory, "--prices", prices, "--sentiment", sentiment]
    if execution:
        command += ["--set", f"order-manager.execution={execution}"]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    (journal,) = (directory / "state" / "order-manager").glob("*.journal")
    lines = journal.read_text().splitlines()
    return Run(json.loads(output.stdout), [json.loads(line.partition(" ")[2]) for line in lines])


def check(directory: Path, files: tuple[Path, Path], execution: str, settings: Settings) -> Run:
    """Compare fills, positions and profit of a run with those of the reference."""
    run = run_to_the_end(directory, *files, execution)
    assert run.orders
    expected = expected_accounts(*files, run.orders, settings)[ACCOUNT]
    account = run.result["accounts"][ACCOUNT]

    assert [tuple(map(_text, fill)) for fill in run.fills] == [
        tuple(fill[name] for name in ("cl_ord_id", "quantity", "price", "sequence", "fee"))
        for fill in expected["fills"]
    ]
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


@pytest.mark.skipif(not REAL.exists(), reason="the real data are not beside the checkout")
def test_real_data_end_as_the_reference_says(tmp_path: Path) -> None:
    """A day of trades and news."""
    files = (REAL / "prices_small.csv", REAL / "sentiment.csv")

    run = check(tmp_path, files, *CONFIGURED[0])

    assert run.fills
