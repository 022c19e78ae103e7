"""The control sockets of all daemons, called by PyPI's varlink with nothing but their IDL."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.kit.prerequisites import need_package
from tests.kit.stack import Stack

CLIENT = Path(__file__).with_name("varlink_client.py")
DEADLINE_S = 120.0
PRICES = """\
timestamp,symbol,price,size
2026-01-15T14:30:00Z,AA,10.25,3
2026-01-15T14:30:00Z,BB,20.5,4
2026-01-16T14:30:00Z,AA,11,5
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """A daemon's own interface: some calls, and fields of their replies."""

    daemon: str
    interface: str
    calls: list[tuple[str, dict[str, Any], str]]


EXPECTED = (
    Expected(
        "gateway",
        "io.tradestack.Gateway",
        [
            ("Pause", {}, "{}"),
            ("Resume", {}, "{}"),
            ("SetPace", {"pace": "60x"}, '{"pace": "60x"}'),
            ("ListClients", {}, '{"clients": ['),
        ],
    ),
    Expected(
        "order-manager",
        "io.tradestack.OrderManager",
        [
            ("ListClients", {}, '{"clients": ['),
            ("ListOrders", {"count": 5}, '{"orders": []}'),
            ("ListUsers", {}, '{"users": '),
        ],
    ),
    Expected(
        "strategy-news",
        "io.tradestack.Strategy",
        [
            ("GetState", {}, '"instance": "news"'),
            ("ListPending", {}, '{"orders": [], "total": 0}'),
        ],
    ),
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Return a stack that pauses for a minute after its first ticks."""
    need_package("varlink")
    directory = tmp_path_factory.mktemp("varlink")
    (directory / "prices.csv").write_text(PRICES)
    arguments = ("--prices", str(directory / "prices.csv"), "--pace", "1x")
    with Stack("--state-dir", directory / "stack", *arguments) as running:
        yield running


def ask(stack: Stack, expected: Expected) -> dict[str, Any]:
    """Return what varlink_client.py prints."""
    calls = json.dumps([(name, parameters) for name, parameters, _ in expected.calls])
    socket = str(stack.files.control(expected.daemon))
    done = subprocess.run(
        [sys.executable, str(CLIENT), socket, expected.interface, calls],
        check=False,
        capture_output=True,
        timeout=DEADLINE_S,
    )
    assert done.returncode == 0, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected.daemon)
def test_control_socket_explains_itself_and_answers(stack: Stack, expected: Expected) -> None:
    """Info, descriptions that its parser accepts, calls, a stream, and errors by name."""
    found = ask(stack, expected)

    assert found["info"]["product"] == f"tradestack-{expected.daemon.removesuffix('-news')}"
    assert set(found["methods"]) == {
        "org.varlink.service",
        "io.systemd.Metrics",
        "io.tradestack.Daemon",
        expected.interface,
    }
    assert {name for name, _, _ in expected.calls} <= set(found["methods"][expected.interface])
    assert found["stats"]["daemon"] == expected.daemon.removesuffix("-news")
    assert [stats["pid"] for stats in found["watched"]] == [found["stats"]["pid"]] * 2
    assert found["refusals"] == [
        ["org.varlink.service.InvalidParameter", {"parameter": "level"}],
        ["org.varlink.service.ExpectedMore", {}],
    ]
    for (_, _, part), answer in zip(expected.calls, found["answers"], strict=True):
        assert part in json.dumps(answer)


@pytest.mark.parametrize(
    ("expected", "source", "counter"),
    [
        (EXPECTED[0], "io.tradestack.Gateway", "ticks_total"),
        (EXPECTED[1], "io.tradestack.OrderManager", "fills_total"),
        (EXPECTED[2], "io.tradestack.Strategy.news", "ticks_received_total"),
    ],
    ids=lambda value: value.daemon if isinstance(value, Expected) else "",
)
def test_metrics_are_as_systemd_collects_them(
    stack: Stack, expected: Expected, source: str, counter: str
) -> None:
    """Names begin with that of the link, each is described, and the last reply is one of them."""
    found = ask(stack, expected)

    kinds = {each["name"]: each["type"] for each in found["described"]}
    assert all(each["name"].startswith(f"{source}.") for each in found["metrics"])
    assert {each["name"] for each in found["metrics"]} == set(kinds)
    assert len(found["described"]) == len(kinds)
    assert (kinds[f"{source}.{counter}"], kinds[f"{source}.version"]) == ("counter", "string")
    values = {each["name"]: each["value"] for each in found["metrics"]}
    assert values[f"{source}.version"] == found["stats"]["version"]
    assert isinstance(values[f"{source}.{counter}"], int | float)
    assert all(each["description"] for each in found["described"])
