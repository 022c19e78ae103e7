"""A run of the stack to the end of its files, and the orders and fills that its journal has."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.reference.orders import NewOrder

ROOT = Path(__file__).parents[2]
TRADESTACKCTL = Path(sys.executable).with_name("tradestackctl")
SAMPLE = (ROOT / "data" / "prices.csv", ROOT / "data" / "sentiment.csv")


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
    def ord_statuses(self) -> dict[str, str]:
        """How each accepted order ended, by ClOrdID."""
        names = {order.cl_ord_id for order in self.orders}
        reports = [
            record["Report"]
            for record in self.records
            if record["Record"] in ("Order", "Execution")
        ]
        return {
            report["ClOrdID"]: report["OrdStatus"]
            for report in reports
            if report["ClOrdID"] in names
        }

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
