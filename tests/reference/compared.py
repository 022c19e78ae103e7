"""A backtest, its report, and the same by the reference."""

import json
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.reference.accounts import Account, run
from tests.reference.execution import Settings
from tests.reference.execution_quality import Ordered, Traded
from tests.reference.feed import Message, messages
from tests.reference.orders import NewOrder
from tests.reference.stack_run import ROOT, SAMPLE, TRADESTACKCTL, Run

REAL = ROOT.parent / "shared" / "data" / "real"
ORDER_MANAGER = """\
[execution]
slippage = "ticks"
slippage_ticks = 1
entry_latency = "250ms"
ioc_window = "2s"
participation_bp = 500
fee_bp = "1"
fee_minimum = "0.5"
"""
SETTINGS = Settings(
    default_size=Fraction(100),
    slippage_ticks=1,
    entry_latency_ns=250_000_000,
    ioc_window_ns=2_000_000_000,
    participation=Fraction(1, 20),
    fee_basis_points=Fraction(1),
    fee_minimum=Fraction(1, 2),
)
UNIT = Fraction(1, 10**8)


class Compared:
    """A backtest, its report, and its account by the reference."""

    def __init__(
        self, directory: Path, strategy: Sequence[str], prices: Path, sentiment: Path
    ) -> None:
        config = directory / "order-manager.toml"
        config.write_text(ORDER_MANAGER)
        state = directory / "run"
        files: list[str | Path] = [
            "--prices",
            prices,
            "--sentiment",
            sentiment,
            "--state-dir",
            state,
        ]
        _ctl("backtest", *strategy, *files, "--order-manager-config", config)
        (journal,) = (state / "state" / "order-manager").glob("*.journal")
        lines = journal.read_text().splitlines()
        self.run = Run({}, [json.loads(line.partition(" ")[2]) for line in lines])
        self.report: dict[str, Any] = json.loads(_ctl("report", "--state-dir", state, "--json"))
        self.feed: Sequence[Message] = list(messages(prices, sentiment))
        self.orders: Sequence[NewOrder] = self.run.orders
        account, self.ends = run(self.feed, self.orders, SETTINGS)
        self.account: Account = account
        (self.log,) = (state / "state" / "gateway").glob("*.feed")

    @property
    def ordered(self) -> list[Ordered]:
        """What the journal has of the orders."""
        return [
            Ordered(
                name=record["Order"]["ClOrdID"],
                symbol=record["Order"]["Symbol"],
                side=record["Order"]["Side"],
                quantity=Fraction(record["Order"]["OrderQty"]),
                cause=record["Cause"],
                arrival_ns=record["Arrival"],
            )
            for record in self.run.records
            if record["Record"] == "Order"
        ]

    @property
    def traded(self) -> list[Traded]:
        """What the journal has of the fills."""
        return [Traded(*fill) for fill in self.run.fills]


def _ctl(*arguments: str | Path) -> str:
    done = subprocess.run(
        [TRADESTACKCTL, *arguments], check=True, capture_output=True, text=True, timeout=240
    )
    return done.stdout


CROSSOVER = ["crossover", "--set", "short_ticks=40", "--set", "long_ticks=200"]
RUNS = {
    "sample-news": (["news"], SAMPLE),
    "sample-crossover": (CROSSOVER, SAMPLE),
    "real-crossover": (CROSSOVER, (REAL / "prices_small.csv", REAL / "sentiment.csv")),
}
