"""A real Prometheus, Debian's, that was configured by the files of the installation."""

import json
import re
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.system.cases.harness import eventually

API = "http://127.0.0.1:9090/api/v1"
RULES = Path("/usr/local/share/tradestack/prometheus/tradestack.rules.yml")
DAEMONS = {"gateway", "order-manager", "strategy-news"}
SECONDS_MAX = 90  # several times the interval of 15 s at which it asks and judges


def prometheus_has_metrics_and_rules() -> None:
    """It gets the metrics of every daemon, and judges by every alert that is shipped."""
    eventually(SECONDS_MAX, "the exporter is asked", lambda: health_of_targets() == ["up"])
    up = eventually(SECONDS_MAX, "the daemons are known", lambda: values("tradestack_daemon_up"))
    assert up.keys() >= DAEMONS, up
    assert set(up.values()) == {"1"}, up
    assert query("tradestack_gateway_process_ticks_published_total > 0")

    eventually(SECONDS_MAX, "the rules are evaluated", lambda: "unknown" not in rules().values())
    shipped = re.findall(r"^ *- alert: (\w+)$", RULES.read_text(), re.MULTILINE)
    assert shipped
    assert rules() == dict.fromkeys(shipped, "ok")


def health_of_targets() -> list[str]:
    """Return how each endpoint that is asked has answered; none as long as Prometheus starts."""
    try:
        return [target["health"] for target in answer("targets")["activeTargets"]]
    except OSError:
        return []


def values(metric: str) -> dict[str, str]:
    """Return the newest value of each daemon."""
    return {each["metric"]["daemon"]: each["value"][1] for each in query(metric)}


def query(expression: str) -> list[dict[str, Any]]:
    """Return what an expression finds now."""
    found: list[dict[str, Any]] = answer(f"query?query={urllib.parse.quote(expression)}")["result"]
    return found


def rules() -> dict[str, str]:
    """Return the health of each rule by its name: unknown before it is evaluated."""
    groups = answer("rules")["groups"]
    return {rule["name"]: rule["health"] for group in groups for rule in group["rules"]}


def answer(path: str) -> Any:
    """Return the data that the API answers with; raise OSError if it does not."""
    with urllib.request.urlopen(f"{API}/{path}") as reply:
        return json.load(reply)["data"]
