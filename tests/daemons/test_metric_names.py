"""Every metric of every daemon, with a value at each, as Prometheus reads it.

One name that is not allowed costs all metrics of a host: Prometheus drops the whole answer.
"""

import re
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.every_metric import PROGRAMS, VARYING, families_with_all
from tests.kit.gateway import USER, Gateway
from tests.kit.prerequisites import need_program
from tradestack.observe.exposition import Format, expose
from tradestack.observe.families import FamilyKind
from tradestack.observe.metrics import Kind, Metric
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack.runtime.program import Program

NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
TICKS = 50


def _expected(metrics: Iterable[Metric]) -> set[str]:
    """Return the metrics that become families of their own."""
    return {
        metric.name
        for metric in metrics
        if metric.kind not in (Kind.INFO, Kind.TEXT)
        and metric.label not in ("client", "key", "window")
        and metric.name != "uptime_s"
    }


@pytest.mark.parametrize("program", PROGRAMS, ids=[program.name for program in PROGRAMS])
def test_every_name_is_one_that_prometheus_takes(program: Program[Any]) -> None:
    """So are those of labels; no two metrics of a daemon have the same name."""
    families = families_with_all(program)

    names = [family.name for family in families]
    labels = {label for family in families for point in family.points for label in point.labels}
    assert [name for name in (*names, *labels) if NAME.fullmatch(name) is None] == []
    assert len(set(names)) == len(names)
    assert len(names) == 1 + len(_expected(OF_EVERY_DAEMON + program.metrics))


def test_what_varies_in_a_path_is_a_label() -> None:
    """It is in no name, wherever in the path it is."""
    samples = {
        f"{family.name}{point.suffix}": point.labels
        for program in PROGRAMS
        for family in families_with_all(program)
        if family.kind is not FamilyKind.HISTOGRAM
        for point in family.points
    }

    assert not any(VARYING in name for name in samples)
    assert samples["tradestack_gateway_upstream_way_lag_seconds"]["hop"] == VARYING
    assert samples["tradestack_gateway_limits_used_ratio"]["limit"] == VARYING


def test_promtool_reads_all_of_them() -> None:
    """Names, units and types, of every daemon together."""
    families = [family for program in PROGRAMS for family in families_with_all(program)]

    assert _complaints(expose(families, Format.TEXT)) == ""


def test_promtool_reads_what_a_relay_says(tmp_path: Path) -> None:
    """A relay of a relay has, beside what every gateway has, the way that the feed has taken."""
    for name in ("first", "second", "third"):
        (tmp_path / name).mkdir()
    with (
        Gateway(tmp_path / "first") as first,
        Gateway(tmp_path / "second") as second,
        Gateway(tmp_path / "third") as third,
    ):
        first.configure(source="random-walk", walk_seed=7, walk_symbols=5, pace="1000/s")
        first.start()
        for upstream, relay in ((first, second), (second, third)):
            password = relay.directory / "password"
            password.write_text(PASSWORD)
            address = "{}:{}".format(*upstream.address)
            login = {"upstream_user": USER, "password_file": password}
            relay.configure(source="relay", upstream=address, **login)
            relay.start()
        third.wait_for_head(TICKS)
        third.stats_when(lambda stats: len(stats["upstream"]["way"]) == 2)
        text = _metrics_of(third)

    assert _complaints(text) == ""
    for hop in ("0", "1"):
        assert f'\ntradestack_gateway_upstream_way_head{{hop="{hop}"}} ' in text


def _metrics_of(daemon: Gateway) -> str:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(daemon.control))
        peer.sendall(b"metrics\n")
        peer.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: peer.recv(65_536), b"")).decode()


def _complaints(text: str) -> str:
    """Return what promtool does not like in the text."""
    need_program("promtool")
    command = ["promtool", "check", "metrics"]
    checked = subprocess.run(command, input=text, check=False, capture_output=True, text=True)
    return checked.stdout + checked.stderr
