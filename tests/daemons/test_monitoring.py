"""The metrics of a running stack, as monitoring systems see them."""

import contextlib
import itertools
import json
import re
import select
import shutil
import socket
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.kit.every_metric import PROGRAMS, families_with_all
from tests.kit.prerequisites import need_package, need_program
from tests.kit.scraper import Exporter
from tests.kit.stack import Stack
from tradestack.domain.trading_state import TradingState
from tradestack_gateway.feed_origin import SourceState
from tradestack_gateway.metric_table import METRICS as OF_GATEWAY
from tradestack_order_manager.metric_table import METRICS as OF_ORDER_MANAGER
from tradestack_strategy.handshake import State
from tradestack_strategy.metric_table import METRICS as OF_STRATEGY

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "etc" / "prometheus"
DASHBOARD = ROOT / "etc" / "grafana" / "tradestack.json"
OPEN_METRICS = [("Accept", "application/openmetrics-text;version=1.0.0")]
DEADLINE_S = 60.0
POLL_S = 0.1
NAME = re.compile(r"\btradestack_[a-z_]+\b")
PRICES = "timestamp,symbol,price\n2026-01-15T14:30:00Z,SPY,10.25\n2026-01-15T14:30:02Z,SPY,10.5\n"
NEWS = "timestamp,symbol,sentiment\n2026-01-15T14:30:01Z,SPY,90\n2026-01-15T14:30:01.5Z,SPY,10\n"
STRATEGY = """\
strategy = "tradestack.strategies.news:News"
quantity = "10"
user = "news"
start = "session"
"""
# What the daemons count at the end of these ticks, which is when the tests look.
TICKS, ORDERS = 4, 2


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that has published all of a few ticks and traded on them, and goes on running."""
    directory = tmp_path_factory.mktemp("monitoring")
    (directory / "prices.csv").write_text(PRICES)
    (directory / "news.csv").write_text(NEWS)
    (directory / "news.toml").write_text(STRATEGY)
    files = ("--prices", directory / "prices.csv", "--sentiment", directory / "news.csv")
    play = ("--pace", "max", "--set", "gateway.at_end=hold")
    strategy = ("--strategy-config", directory / "news.toml")
    with Stack("--state-dir", directory / "stack", *files, *play, *strategy) as running:
        reports = itertools.islice(running.daemons.watch(), int(DEADLINE_S))
        news = (report.strategies["news"] or {} for report in reports)
        assert ORDERS in (stats.get("orders_acknowledged") for stats in news)
        yield running


@pytest.fixture(scope="module")
def exporter(stack: Stack) -> Iterator[Exporter]:
    """An exporter of the stack."""
    with Exporter(stack.runtime) as running:
        yield running


@pytest.fixture(scope="module")
def samples(exporter: Exporter) -> Mapping[str, float]:
    """The value of each sample, by name and labels as they are written."""
    _, _, text = exporter.get()
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_the_values_are_those_of_the_stats(stack: Stack, samples: Mapping[str, float]) -> None:
    """Counters, in base units; of every daemon it is told that it has answered."""
    assert samples["tradestack_gateway_ticks_total"] == TICKS
    assert samples["tradestack_order_manager_orders_received_total"] == ORDERS
    assert samples['tradestack_strategy_orders_sent_total{strategy="news"}'] == ORDERS
    for daemon in ("gateway", "order-manager", "strategy-news"):
        assert samples[f'tradestack_daemon_up{{daemon="{daemon}"}}'] == 1
    latency = "tradestack_strategy_latency_order_to_report_seconds"
    assert samples[f'{latency}_count{{strategy="news"}}'] == ORDERS
    assert 0 < samples[f'{latency}_sum{{strategy="news"}}'] < DEADLINE_S
    stats = stack.call("gateway", "io.tradestack.Daemon.GetStats")["stats"]
    assert 0 < samples["tradestack_gateway_process_cpu_seconds_total"] <= stats["cpu_seconds"]


def test_no_label_is_of_a_symbol_an_order_or_a_session(samples: Mapping[str, float]) -> None:
    """Labels have few values; the identifiers of what runs are in one info of each daemon."""
    names = {
        label
        for sample in samples
        if "_info{" not in sample
        for label in re.findall(r'([a-z_]+)="', sample)
    }

    assert names <= {"daemon", "strategy", "state", "limit", "reason", "le"}
    assert not any("SPY" in sample for sample in samples)
    assert len(samples) < 1_000


def test_promtool_has_no_complaint(exporter: Exporter) -> None:
    """Names, units and types of the text are as Prometheus wants them."""
    need_program("promtool")
    _, _, text = exporter.get()

    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, check=False, capture_output=True, text=True
    )

    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_prometheus_client_reads_the_openmetrics(
    exporter: Exporter, samples: Mapping[str, float]
) -> None:
    """Its parser is strict: units, suffixes, buckets and the end; and it finds every sample."""
    need_package("prometheus_client")
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    _, headers, text = exporter.get(headers=OPEN_METRICS)
    parsed = list(text_string_to_metric_families(text))  # type: ignore[no-untyped-call]

    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    found = {sample.name for family in parsed for sample in family.samples}
    assert found == {name.partition("{")[0] for name in samples}


def test_prometheus_scrapes_it_and_loads_the_rules(exporter: Exporter, tmp_path: Path) -> None:
    """A real one: its target is up, the values arrive, and the alerts are evaluated."""
    need_program("prometheus")
    config = (PROMETHEUS / "prometheus.yml").read_text()
    config = config.replace("127.0.0.1:9898", f"127.0.0.1:{exporter.port}")
    config = config.replace(": 15s", ": 200ms")
    (tmp_path / "prometheus.yml").write_text(config)
    shutil.copy(PROMETHEUS / "tradestack.rules.yml", tmp_path)
    port = _free_port()
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={tmp_path}/prometheus.yml",
                f"--storage.tsdb.path={tmp_path}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        ticks = _query(port, "tradestack_gateway_ticks_total", server, log)
        up = _query(port, 'up{job="tradestack"}', server, log)
        rules = _ask(port, "rules")["groups"][0]["rules"]
    finally:
        server.terminate()
        server.wait(DEADLINE_S)

    assert [result["value"][1] for result in ticks] == [str(TICKS)]
    assert [result["value"][1] for result in up] == ["1"]
    assert all(rule["health"] != "err" for rule in rules), rules


def test_the_rules_do_what_their_tests_say() -> None:
    """`promtool test rules` runs each alert against series that it is about."""
    need_program("promtool")
    tests = PROMETHEUS / "tradestack.rules.test.yml"

    checked = [
        subprocess.run(command, check=False, capture_output=True, text=True)
        for command in (
            ["promtool", "check", "rules", str(PROMETHEUS / "tradestack.rules.yml")],
            ["promtool", "check", "config", str(PROMETHEUS / "prometheus.yml")],
            ["promtool", "test", "rules", str(tests)],
        )
    ]

    assert [each.returncode for each in checked] == [0, 0, 0], [each.stderr for each in checked]
    alerts = re.findall(r"- alert: (\w+)", (PROMETHEUS / "tradestack.rules.yml").read_text())
    fired = re.findall(r"alertname: (\w+)\n +eval_time: \w+\n +exp_alerts", tests.read_text())
    assert set(fired) == set(alerts)


@pytest.mark.parametrize("path", [PROMETHEUS / "tradestack.rules.yml", DASHBOARD])
def test_every_metric_that_is_shown_exists(path: Path, samples: Mapping[str, float]) -> None:
    """In the alerts and in the dashboard there is no name that nothing has."""
    exposed = {sample.partition("{")[0] for sample in samples}
    exposed.add("tradestack_order_manager_replication_fault")  # of one on several hosts
    expressions = re.sub(r'__name__=~"[^"]*"|"tradestack_\([^"]*"', "", path.read_text())
    of_every_daemon = {
        f"{family.name}{point.suffix}"
        for program in PROGRAMS
        for family in families_with_all(program)
        for point in family.points
    }

    named = set(NAME.findall(expressions)) - {"tradestack_daemon"}

    assert exposed <= of_every_daemon | {"tradestack_daemon_up"}
    assert named <= of_every_daemon | {"tradestack_daemon_up"}  # a stack may have no exporter


def test_the_textfile_is_whole_and_for_everybody(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has what the verb prints, another user may read it, and nothing else is left."""
    path = tmp_path / "tradestack.prom"
    path.write_text("old")

    assert stack.ctl("metrics", "--textfile", str(path)) == 0
    assert stack.ctl("metrics") == 0

    printed = capsys.readouterr().out
    assert f"\ntradestack_gateway_ticks_total {TICKS}\n" in printed
    assert [line.partition(" ")[0] for line in path.read_text().splitlines()] == [
        line.partition(" ")[0] for line in printed.splitlines()
    ]
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]
    assert stack.ctl("metrics", "--textfile", str(tmp_path / "missing" / "a.prom")) == 1


def test_a_line_of_text_is_enough(stack: Stack) -> None:
    """`printf 'metrics\\n' | nc -U` gets the metrics of one daemon."""
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(stack.files.control("gateway")))
        peer.sendall(b"metrics\n")
        peer.shutdown(socket.SHUT_WR)
        received = b""
        while data := peer.recv(65_536):
            received += data

    assert f"\ntradestack_gateway_ticks_total {TICKS}\n".encode() in received


@pytest.mark.parametrize(
    ("metrics", "name", "states"),
    [
        (OF_GATEWAY, "source_state", [state.value for state in SourceState]),
        (OF_ORDER_MANAGER, "trading.state", list(TradingState)),
        (OF_STRATEGY, "state", [state.value for state in State]),
    ],
)
def test_declared_states_are_those_that_exist(metrics: Any, name: str, states: list[str]) -> None:
    """One that is not declared would not be shown."""
    (metric,) = (each for each in metrics if each.name == name)

    assert list(metric.states) == states


def _query(port: int, query: str, server: "subprocess.Popen[bytes]", log: Path) -> Any:
    """Ask Prometheus until it has an answer."""
    for _ in range(int(DEADLINE_S / POLL_S)):
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(OSError):  # it does not listen yet
            if found := _ask(port, f"query?query={urllib.parse.quote(query)}")["result"]:
                return found
        select.select([], [], [], POLL_S)
    raise AssertionError(log.read_text())


def _ask(port: int, what: str) -> Any:
    address = f"http://127.0.0.1:{port}/api/v1/{what}"
    with urllib.request.urlopen(address, timeout=DEADLINE_S) as answer:
        return json.load(answer)["data"]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
