"""`tradestackctl orders`."""

import json
from pathlib import Path

import pytest

from tests.ctl.up.sample_run import PRICES, SENTIMENT
from tests.kit.stack import Stack

Output = pytest.CaptureFixture[str]


def test_the_newest_orders_are_listed(tmp_path: Path, capsys: Output) -> None:
    """As a table or as JSON, the oldest of them first; a rejected one with its reason."""
    (tmp_path / "p.csv").write_text(PRICES)
    (tmp_path / "s.csv").write_text(SENTIMENT)
    strategy = tmp_path / "news.toml"
    strategy.write_text('quantity = "10"\nuser = "news"\nstart = "session"\n')
    files = (
        "--strategy-config",
        strategy,
        "--prices",
        tmp_path / "p.csv",
        "--sentiment",
        tmp_path / "s.csv",
    )
    options = ["--pace", "max", "--set", "order-manager.order_qty_max=5"]
    options += ["--set", "gateway.at_end=hold"]
    with Stack(*files, *options) as stack:
        stack.wait_for("order rejected orderid=3", count=1)
        stack.ctl("orders", "-n", "2")
        table = capsys.readouterr().out.splitlines()
        stack.ctl("orders", "--json")
        orders = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert table[0].split()[:3] == ["ORDER", "RECEIVED", "SIDE"]
    assert [line.split()[0] for line in table[1:]] == ["2", "3"]
    assert table[2].split()[2:7] == ["BUY", "10", "BBB", "121.25", "0"]
    assert table[2].split()[7:11] == ["-", "news", "REJECTED", "ORDER_EXCEEDS_LIMIT"]
    assert [order["order_id"] for order in orders] == [1, 2, 3]
