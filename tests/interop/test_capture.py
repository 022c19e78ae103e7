"""A run of the whole stack, whose every packet tshark decodes as SoupBinTCP."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.interop.capture import Capture, Dissection
from tests.interop.judge import Judge, Kind
from tests.kit.prerequisites import need_own_network, need_package, need_program
from tests.kit.stack import Stack

PRICES = 500  # Nasdaq's client takes a millisecond for each
MALFORMED = '_ws.malformed || _ws.expert.group == "Malformed"'
NEWS_ITEMS = 3
NEWS = """\
timestamp,symbol,sentiment
2026-01-15T14:30:00.100Z,AA,85
2026-01-15T14:30:00.200Z,BB,15
2026-01-15T14:30:00.300Z,ZZ,85
"""


@dataclass(frozen=True, slots=True)
class Run:
    """The capture and the stats of the daemons."""

    dissection: Dissection
    feed_port: int
    order_port: int
    stats: dict[str, Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run `up --until-end` with its strategy, and nasdaq-protocols beside it."""
    need_own_network()
    need_package("nasdaq_protocols")
    for program in ("dumpcap", "tshark"):
        need_program(program)
    directory = tmp_path_factory.mktemp("capture")
    packets = directory / "packets.pcapng"
    arguments = (*write_files(directory), "--pace", "1x", "--until-end", "--json")
    with (
        Capture() as capture,
        Stack("--state-dir", directory / "stack", *arguments, within=capture.within) as stack,
    ):
        feed_port = stack.files.address("gateway").port
        order_port = stack.files.address("order-manager").port
        with Judge(
            Kind.NASDAQ,
            ("127.0.0.1", feed_port),
            user="news",
            password=stack.files.password(),
            within=capture.within,
        ) as judge:
            judge.accepted()
            judge.messages(PRICES + NEWS_ITEMS)
            judge.heartbeat()
            judge.heartbeat()  # two intervals are over: everyone has sent one
            go_on(stack)
            judge.rest()
        stats = stack.stats_at_end()
        capture.finish(packets)
    return Run(Dissection(packets, [feed_port, order_port]), feed_port, order_port, stats)


def write_files(directory: Path) -> list[str]:
    """Write a burst, a silence until `go_on`, and a last tick."""
    rows = [
        f"2026-01-15T14:30:00.{n:03}Z,{('AA', 'BB')[n % 2]},{10 + n}.25,{n}" for n in range(PRICES)
    ]
    rows.append("2026-01-16T14:30:00Z,AA,11,1")
    (directory / "prices.csv").write_text("\n".join(["timestamp,symbol,price,size", *rows, ""]))
    (directory / "sentiment.csv").write_text(NEWS)
    return [
        *("--prices", str(directory / "prices.csv")),
        *("--sentiment", str(directory / "sentiment.csv")),
    ]


def go_on(stack: Stack) -> None:
    """Let the remaining ticks be published at once."""
    stack.call("gateway", "io.tradestack.Gateway.SetPace", {"pace": "max"})


def test_nothing_but_a_foreign_login_is_malformed(run: Run) -> None:
    """The one malformed packet is the login of nasdaq-protocols, padded on the wrong side."""
    malformed = run.dissection.frames(MALFORMED, "tcp.dstport", "soupbintcp.packet_type")

    assert malformed == [[str(run.feed_port), "'L'"]]


def test_each_feed_session_has_every_tick_and_its_end(run: Run) -> None:
    """Strategy and foreign client both get login accepted, all ticks, end of session."""
    ticks = run.stats["gateway"]["ticks_total"]
    connections = run.dissection.packet_types(run.feed_port)
    # Others only ask for the head, and get what comes meanwhile.
    readers = {port: types for port, types in connections.items() if {*"SZ"} <= {*types[1]}}

    assert ticks == PRICES + NEWS_ITEMS + 1
    assert len(readers) == 2
    for port, (client, server) in readers.items():
        assert re.fullmatch("[+]?L[RO]*", client)
        assert re.fullmatch("A[SH]*Z", server.replace("+", ""))
        assert run.dissection.sequence_numbers(port) == list(range(1, ticks + 1))
        assert "R" in client
        assert "H" in server


def test_order_session_has_a_report_for_each_order(run: Run) -> None:
    """Orders and fills have their reports, a registration its answer; progress has none."""
    orders = run.stats["strategies"]["news"]["orders_sent"]
    messages = orders + run.stats["order_manager"]["fills"] + 1
    ((port, (client, server)),) = run.dissection.packet_types(run.order_port).items()

    assert orders == 2
    assert server.count("S") == messages
    assert client.count("U") >= orders + 1 + 2  # at the registration and at the end, at least
    assert run.dissection.sequence_numbers(port) == list(range(1, messages + 1))
    assert re.fullmatch("[+]L[UR]*O", client)
    assert re.fullmatch("A[SH]*", server.replace("+", ""))
    assert "R" in client
    assert "H" in server


def test_every_connection_begins_with_a_login(run: Run) -> None:
    """Connections that only query the head do too; ours name the port that they mean before."""
    for port in (run.feed_port, run.order_port):
        for client, server in run.dissection.packet_types(port).values():
            assert (client.lstrip("+")[0], server[0]) == ("L", "A")
            assert (client.count("L"), server.count("A")) == (1, 1)
