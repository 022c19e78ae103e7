"""The units of the control sockets: where systemd-report finds them, and whom a question starts."""

from pathlib import Path

import pytest

from tradestack.runtime.systemd_metrics import source_of

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("unit", "daemon"),
    [
        ("tradestack-gateway-control", "gateway"),
        ("tradestack-order-manager-control", "order-manager"),
        ("tradestack-strategy-control@", "strategy-%i"),
        ("tradestack-exporter-control", "exporter"),
        ("tradestack-fix-control", "fix"),
        ("tradestack-grpc-control", "grpc"),
    ],
)
def test_the_link_for_systemd_has_the_name_of_the_metrics(unit: str, daemon: str) -> None:
    """systemd-report takes only metrics whose names begin with that of the link."""
    text = (ROOT / "systemd" / f"{unit}.socket").read_text()

    assert f"\nSymlinks=/run/systemd/report/{source_of(daemon)}\n" in text


@pytest.mark.parametrize("daemon", ["exporter", "fix", "grpc"])
def test_a_question_starts_no_daemon_that_was_stopped(daemon: str) -> None:
    """Its control socket stops with it, so that no collection of metrics connects to it."""
    text = (ROOT / "systemd" / f"tradestack-{daemon}-control.socket").read_text()

    assert f"\nPartOf=tradestack-{daemon}.service\n" in text


def test_a_question_starts_no_web_server() -> None:
    """It runs only while somebody looks, so that systemd-report does not find its socket."""
    text = (ROOT / "systemd" / "tradestack-web-control.socket").read_text()

    assert "\nSymlinks=" not in text
