"""A running stack with its page: two strategies, and a symbol that somebody hostile has named.

A gRPC edge runs beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.kit.grpc_edge import GrpcEdge
from tests.kit.stack import Stack
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER, WEB
from tradestack.ctl.toml import config_text

HOSTILE = "<img/src=x/onerror=1>"  # the worst that 24 printable characters without a space can be
SYMBOLS = (HOSTILE, "SPY")
ROWS = 30_000  # two and a half minutes of feed, and then the same again
PACE = "200/s"
NEWS_EVERY = 100  # rows
BEGIN = "2026-01-15T14"


def _time(row: int) -> str:
    seconds, tenths = divmod(row, 10)
    return f"{BEGIN}:{seconds // 60:02}:{seconds % 60:02}.{tenths}Z"


def _price(row: int) -> str:
    return f"{100 + 2 * math.sin(row / 700) + 0.2 * math.sin(row / 30):.2f}"


def write_feed(directory: Path) -> tuple[Path, Path]:
    """Write files of prices and of news; return their paths."""
    prices, news = directory / "prices.csv", directory / "sentiment.csv"
    rows = [f"{_time(row)},{SYMBOLS[row % 2]},{_price(row)},500\n" for row in range(ROWS)]
    prices.write_text("timestamp,symbol,price,size\n" + "".join(rows))
    told = [
        f"{_time(row)},{SYMBOLS[row // NEWS_EVERY % 2]},{90 if row // NEWS_EVERY % 4 < 2 else 10}\n"
        for row in range(0, ROWS, NEWS_EVERY)
    ]
    news.write_text("timestamp,symbol,sentiment\n" + "".join(told))
    return prices, news


def write_strategies(directory: Path) -> list[Path]:
    """Write the configurations of a strategy that trades news, and of one whose quotes rest."""
    keys: dict[str, dict[str, object]] = {
        "news": {"strategy": "tradestack.strategies.news:News"},
        "maker": {
            "strategy": "tradestack.strategies.maker:Maker",
            "symbols": ["SPY"],
            "parameters": {"spread": "5", "tolerance": "4"},
        },
    }
    paths = []
    for name, own in keys.items():
        paths.append(directory / f"{name}.toml")
        paths[-1].write_text(config_text({"user": name, "quantity": "10", **own}))
    return paths


class ShownStack:
    """The stack, and what a test asks of it behind the page's back."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.address: str = self._web("GetPage")["page"].rstrip("/")

    def login_address(self) -> str:
        """Return an address that logs the calling user in, once."""
        url: str = self._web("NewLogin")["url"]
        return url

    def stats(self, daemon: str) -> dict[str, Any]:
        """Return the stats of a daemon."""
        stats: dict[str, Any] = self.stack.call(daemon, "io.tradestack.Daemon.GetStats")["stats"]
        return stats

    @property
    def web_pid(self) -> int:
        """Return the process id of the web server."""
        with self.stack.daemons.client(WEB) as client:
            pid: int = client.call("io.tradestack.Daemon.GetStats")["stats"]["pid"]
        return pid

    @property
    def source_state(self) -> str:
        """What the gateway says of its source."""
        state: str = self.stats(GATEWAY)["source_state"]
        return state

    @property
    def trading_states(self) -> dict[str | None, tuple[str, str]]:
        """State and reason, by user; None: of all users."""
        reply = self.stack.call(ORDER_MANAGER, "io.tradestack.OrderManager.GetLimits", {})
        return {each["user"]: (each["state"], each["reason"]) for each in reply["states"]}

    def _web(self, method: str) -> dict[str, Any]:
        with self.stack.daemons.client(WEB) as client:
            return client.call(f"io.tradestack.Web.{method}")


@contextmanager
def running_stack(directory: Path) -> Iterator[ShownStack]:
    """Run the stack, its page and a gRPC edge until the end of the context."""
    prices, news = write_feed(directory)
    options: list[str | Path] = ["--prices", prices, "--sentiment", news, "--pace", PACE]
    for path in write_strategies(directory):
        options += ["--strategy-config", path]
    options += ["--set", "order-manager.risk.max_gross_notional=1000000"]
    beside = directory / "grpc"
    beside.mkdir()
    with (
        Stack("--web", "0", "--respawn", *options) as stack,
        GrpcEdge(beside, None, None) as edge,
    ):
        edge.start()
        (stack.runtime / "grpc.sock").symlink_to(edge.control)
        yield ShownStack(stack)
