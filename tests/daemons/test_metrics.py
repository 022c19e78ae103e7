"""The declared metrics of the three daemons against the stats of a running stack."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kit.stack import TRADESTACKCTL
from tradestack.net.server.clients import Client
from tradestack.net.server.metric_table import METRICS as OF_SERVERS
from tradestack.observe.metrics import HISTOGRAM, Kind, Metric, collect, undeclared
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack.sessions.recorded_statistics import read_statistics
from tradestack_gateway.metric_table import METRICS as OF_GATEWAY
from tradestack_order_manager.metric_table import METRICS as OF_ORDER_MANAGER
from tradestack_strategy.metric_table import METRICS as OF_STRATEGY

DEADLINE_S = 120.0
DAEMONS = {
    "gateway": OF_EVERY_DAEMON + OF_SERVERS + OF_GATEWAY,
    "order_manager": OF_EVERY_DAEMON + OF_SERVERS + OF_ORDER_MANAGER,
    "strategy": OF_EVERY_DAEMON + OF_STRATEGY,
}
# A client's facts in the gateway's stats; at the end of the stack all have left.
OF_A_CLIENT = {f"clients.*.{name}" for name in Client.__struct_fields__}
# What a healthy stack at its end need not have.
OPTIONAL = {"instance", "config_pending.*", "config_unused.*"} | OF_A_CLIENT
OPTIONAL |= {metric.name for metric in OF_GATEWAY if metric.name.startswith("upstream.")}
OPTIONAL |= {metric.name for metric in OF_ORDER_MANAGER if metric.name.startswith("replication.")}
TEXTS = {Kind.INFO, Kind.STATE, Kind.FAULT, Kind.TIME, Kind.TEXT}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the stack."""
    return tmp_path_factory.mktemp("metrics")


@pytest.fixture(scope="module")
def stats(directory: Path) -> dict[str, dict[str, Any]]:
    """The stats of each daemon after some ticks, orders and a rejection."""
    prices, sentiment = directory / "prices.csv", directory / "sentiment.csv"
    prices.write_text("timestamp,symbol,price\n2026-01-15T14:30:00Z,SPY,10.25\n")
    sentiment.write_text(
        "timestamp,symbol,sentiment\n2026-01-15T14:30:01Z,SPY,90\n2026-01-15T14:30:02Z,SPY,10\n"
    )
    command = [TRADESTACKCTL, "up", "--until-end", "--json", "--pace", "max"]
    command += ["--state-dir", str(directory / "stack")]
    command += ["--prices", str(prices), "--sentiment", str(sentiment)]
    finished = subprocess.run(
        [*command, "--set", "order-manager.order_qty_max=1"],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert finished.returncode == 0, finished.stderr
    report = json.loads(finished.stdout)
    (strategy,) = report["strategies"].values()
    return {**report, "strategy": strategy}


@pytest.mark.parametrize(
    ("daemon", "recorded_as"),
    [("gateway", "gateway"), ("order_manager", "order-manager"), ("strategy", "strategy-news")],
)
def test_the_end_of_each_daemon_is_recorded(
    stats: dict[str, dict[str, Any]], directory: Path, daemon: str, recorded_as: str
) -> None:
    """The last line beside the session's file counts what the daemon itself has said."""
    session = stats[daemon]["session"]

    found = read_statistics(directory / "stack" / "state", session)
    (line,) = next(each.lines for each in found if each.daemon == recorded_as)

    for name, value in stats[daemon].items():
        if name.endswith("_total") or name in ("latency", "orders_accepted", "session"):
            assert line.stats[name] == value, name
    assert line.process.cpu_seconds > 0
    assert (line.process.rss_bytes or 0) > 1 << 20
    assert line.since < line.time


@pytest.mark.parametrize("daemon", DAEMONS)
def test_every_value_in_the_stats_is_declared(
    stats: dict[str, dict[str, Any]], daemon: str
) -> None:
    """No counter is added without kind, unit and help."""
    assert list(undeclared(DAEMONS[daemon], stats[daemon])) == []


@pytest.mark.parametrize("daemon", DAEMONS)
def test_every_declared_metric_has_a_value(stats: dict[str, dict[str, Any]], daemon: str) -> None:
    """A declaration that outlived its counter is found."""
    shown = {sample.metric.name for sample in collect(DAEMONS[daemon], stats[daemon])}

    assert {metric.name for metric in DAEMONS[daemon]} - shown <= OPTIONAL


def test_every_fact_about_a_client_is_declared() -> None:
    """The gateway's stats have the same facts as its ListClients."""
    assert {metric.name for metric in OF_GATEWAY} >= OF_A_CLIENT


@pytest.mark.parametrize("daemon", DAEMONS)
def test_numbers_are_numbers_and_infos_are_texts(
    stats: dict[str, dict[str, Any]], daemon: str
) -> None:
    """What is no text can be drawn as a curve; a value may be unknown."""
    for sample in collect(DAEMONS[daemon], stats[daemon]):
        if sample.metric.kind not in TEXTS:
            assert sample.value is None or isinstance(sample.value, int | float), sample


@pytest.mark.parametrize("metric", {metric for table in DAEMONS.values() for metric in table})
def test_help_is_a_sentence_and_a_pattern_has_a_label(metric: Metric) -> None:
    """People read the help; a path with a part that varies has a name for that part."""
    assert metric.help[0].isupper()
    assert metric.help.endswith(".")
    assert ("*" in metric.name) == bool(metric.label)
    assert metric.kind not in (HISTOGRAM, Kind.INFO) or metric.unit in ("", "us")
