"""Metrics as monitoring systems get them: over HTTP on demand, as a file, and as systemd asks."""

import json
import re
import stat
from pathlib import Path

from tests.system.cases.harness import case, eventually, sh, state

EXPORTER = "tradestack-metrics"
TEXTFILE = Path("/var/lib/prometheus/node-exporter/tradestack.prom")
ASK = (
    "import urllib.request as r; print(r.urlopen('http://127.0.0.1:9898/metrics').read().decode())"
)
UP = [
    f'tradestack_daemon_up{{daemon="{daemon}"}} 1'
    for daemon in ("gateway", "order-manager", "strategy-news")
]
LINKS = {"gateway": "Gateway", "order-manager": "OrderManager", "strategy-news": "Strategy.news"}
LINKS_OF_OTHERS = {"exporter": "Exporter", "fix": "Fix", "grpc": "Grpc"}
REPORT = Path("/run/systemd/report")


@case()
def metrics_are_answered_on_demand() -> None:
    """The exporter starts with the first question, within its sandbox, and systemd has the port."""
    sh("systemctl", "enable", "--now", f"{EXPORTER}.socket")
    assert state(f"{EXPORTER}.service", "ActiveState") == "inactive"

    answer = sh("python3", "-c", ASK)

    assert all(line in answer for line in UP), answer[:1000]
    assert state(f"{EXPORTER}.service", "ActiveState") == "active"
    sh("systemd-analyze", "security", "--no-pager", "--threshold=4", f"{EXPORTER}.service")
    sh("systemctl", "disable", "--now", f"{EXPORTER}.socket", f"{EXPORTER}.service")


@case()
def metrics_are_written_for_node_exporter() -> None:
    """The timer's service writes a file that everybody may read; without the directory nothing."""
    service = f"{EXPORTER}-textfile.service"
    sh("systemctl", "start", service)
    assert not TEXTFILE.exists()
    TEXTFILE.parent.mkdir(parents=True)

    sh("systemctl", "enable", "--now", f"{EXPORTER}-textfile.timer")
    eventually(30, "the file is written", TEXTFILE.exists)

    assert all(line in TEXTFILE.read_text() for line in UP)
    assert stat.S_IMODE(TEXTFILE.stat().st_mode) == 0o644
    sh("systemctl", "disable", "--now", f"{EXPORTER}-textfile.timer")
    sh("rm", "-r", str(TEXTFILE.parents[1]))


@case()
def sockets_are_linked_for_systemd_report() -> None:
    """systemd 260 looks for metrics at each socket in this directory: of daemons that run."""
    sockets = [f"tradestack-{daemon}-control.socket" for daemon in LINKS_OF_OTHERS]
    sh("systemctl", "start", *sockets)
    links = {REPORT / f"io.tradestack.{name}" for name in LINKS_OF_OTHERS.values()}

    for daemon, name in (LINKS | LINKS_OF_OTHERS).items():
        link = REPORT / f"io.tradestack.{name}"
        assert str(link.readlink()) == f"/run/tradestack/{daemon}.sock"

    sh("systemctl", "stop", *(f"tradestack-{daemon}.service" for daemon in LINKS_OF_OTHERS))
    assert not links & set(REPORT.iterdir())


@case(releases=("trixie",))
def varlinkctl_lists_metrics() -> None:
    """Each value is a reply of its own, as systemd-report expects them."""
    link = "unix:/run/systemd/report/io.tradestack.Gateway"

    shown = sh("varlinkctl", "call", "-j", "--more", link, "io.systemd.Metrics.List", "{}")

    metrics = [json.loads(each) for each in re.split("[\x1e\n]+", shown) if each.strip()]
    assert {"io.tradestack.Gateway.version", "io.tradestack.Gateway.ticks_total"} <= {
        metric["name"] for metric in metrics
    }


@case()
def statistics_are_closed_to_others() -> None:
    """A strategy has a directory for its own, which nobody else can read."""
    directory = Path("/var/lib/tradestack/strategy-news")

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert directory.owner() == "tradestack"
