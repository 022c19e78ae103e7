"""The gRPC edge for a client in another language: streamed, resumed after kills, encrypted."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.grpc_judge import PROTO, GrpcJudge, Message
from tests.kit.certificate import make_certificate
from tests.kit.daemon import DEADLINE_S, PASSWORD
from tests.kit.documents import MANUAL
from tests.kit.gateway import USER as FEED_USER
from tests.kit.gateway import Gateway
from tests.kit.grpc_edge import GrpcEdge
from tests.kit.order_manager import USER as ORDER_USER
from tests.kit.order_manager import OrderManager
from tests.kit.prerequisites import NODE_MODULES, need_node_package
from tradestack.wire.feed import TickBatch

TICKS = 1_000
ORDERS = 40


@pytest.fixture
def edge(gateway: Gateway, order_manager: OrderManager, tmp_path: Path) -> Iterator[GrpcEdge]:
    """Return a running edge of a running gateway and order manager."""
    need_node_package("@grpc/grpc-js")
    need_node_package("@grpc/proto-loader")
    gateway.configure(source="random-walk", walk_seed=7, walk_symbols=20, pace="2000/s")
    gateway.start()
    (tmp_path / "edge").mkdir()
    with GrpcEdge(tmp_path / "edge", gateway, order_manager) as daemon:
        daemon.start()
        yield daemon


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """Return a gateway in a directory of its own."""
    (tmp_path / "gateway").mkdir()
    with Gateway(tmp_path / "gateway") as daemon:
        yield daemon


def address_of(edge: GrpcEdge) -> str:
    """Return where clients find it."""
    return f"127.0.0.1:{edge.port}"


class Follower:
    """What a client has of a feed session."""

    def __init__(self, judge: GrpcJudge) -> None:
        self.ticks: list[Message] = []
        self.session = ""
        self._judge = judge
        self._call()

    def follow(self, count: int) -> None:
        """Receive until so many ticks are here; call again where a call is lost."""
        while len(self.ticks) < count:
            found = self._judge.message_or_end()
            if found == "UNAVAILABLE":
                self._call()
            else:
                assert isinstance(found, dict), found
                self._take(found)

    def _call(self) -> None:
        wanted = {"feed_session": self.session, "next_sequence": len(self.ticks) + 1}
        self._judge.tell(subscribe=wanted)

    def _take(self, message: Message) -> None:
        if started := message.get("session_started"):
            self.session = started["feed_session"]
            return
        assert int(message["ticks"]["first_sequence"]) == len(self.ticks) + 1
        self.ticks += message["ticks"]["ticks"]


def test_the_feed_is_that_of_the_log_over_kills(edge: GrpcEdge, gateway: Gateway) -> None:
    """Kill edge and gateway: all fields of all ticks, none missing, none twice."""
    with GrpcJudge(address_of(edge), FEED_USER) as judge:
        follower = Follower(judge)
        for daemon in (edge, gateway):
            follower.follow(len(follower.ticks) + TICKS)
            daemon.kill()
            daemon.start()
        head = gateway.stats()["head"]
        follower.follow(head + TICKS)

    records = gateway.logged(follower.session)[: len(follower.ticks)]
    assert [
        (
            each["kind"],
            each["symbol"],
            each["event_time_ns"],
            each["publish_time_ns"],
            each["value"],
        )
        for each in follower.ticks
    ] == [
        (
            f"TICK_KIND_{tick.kind.name}",
            tick.symbol,
            str(tick.event_time_ns),
            str(tick.publish_time_ns),
            str(tick.value),
        )
        for tick in TickBatch(1, records).ticks()
    ]


def test_each_order_is_executed_once_over_kills(
    edge: GrpcEdge, order_manager: OrderManager
) -> None:
    """Kill edge and order manager: one report on each order, one line in the order log."""
    reports: list[Message] = []
    session = ""
    with GrpcJudge(address_of(edge), ORDER_USER) as judge:
        for daemon in (None, edge, order_manager):
            if daemon is not None:
                daemon.kill()
                daemon.start()
                assert judge.end() == "UNAVAILABLE"
            judge.tell(trade={"order_session": session, "next_sequence": len(reports) + 1})
            session = judge.message()["session_started"]["order_session"]
            for number in range(ORDERS if daemon is order_manager else ORDERS // 2):
                judge.tell(send={"new_order_single": order(f"o{number}")})
            while len(reports) < (ORDERS if daemon is order_manager else ORDERS // 2):
                reports.append(judge.message())

    assert [int(each["sequence"]) for each in reports] == [*range(1, ORDERS + 1)]
    assert [each["execution_report"]["cl_ord_id"] for each in reports] == [
        f"o{number}" for number in range(ORDERS)
    ]
    assert reports[0]["execution_report"]["order_qty"] == "1000000000"
    assert order_manager.log_numbers() == [*range(1, ORDERS + 1)]


def order(cl_ord_id: str) -> Message:
    """Return an order as the client writes it."""
    return {
        "cl_ord_id": cl_ord_id,
        "symbol": "SPY",
        "side": "SIDE_BUY",
        "order_qty": "1000000000",
        "ord_type": "ORD_TYPE_MARKET",
        "time_in_force": "TIME_IN_FORCE_IOC",
    }


def test_a_wrong_password_is_refused(edge: GrpcEdge) -> None:
    """By both services."""
    with GrpcJudge(address_of(edge), FEED_USER, "wrong") as judge:
        judge.tell(subscribe={})
        assert judge.end() == "UNAUTHENTICATED"
    with GrpcJudge(address_of(edge), ORDER_USER, "wrong") as judge:
        judge.tell(trade={})
        assert judge.end() == "UNAUTHENTICATED"


def test_tls_is_that_of_every_client(edge: GrpcEdge, gateway: Gateway, tmp_path: Path) -> None:
    """With the certificate of the server, which it checks."""
    certificate, key = make_certificate(tmp_path)
    edge.stop()
    edge.configure(certificate_file=certificate, key_file=key)
    edge.start()
    with GrpcJudge(f"localhost:{edge.port}", FEED_USER, certificate=certificate) as judge:
        judge.tell(head=True)
        assert judge.message()["feed_session"] == gateway.stats()["session"]


def test_the_example_of_the_manual_runs(edge: GrpcEdge, gateway: Gateway, tmp_path: Path) -> None:
    """It prints ticks, enters an order, prints its report, and ends by itself."""
    text = (MANUAL / "tradestack-languages.md").read_text()
    (example,) = re.findall(r"^```js\n(.*?)^```$", text, re.M | re.S)
    program = tmp_path / "client.js"
    program.write_text(example)
    gateway.write_users(ORDER_USER)
    gateway.kill()
    gateway.start()

    finished = subprocess.run(
        ["node", program, PROTO, address_of(edge), ORDER_USER, PASSWORD],
        capture_output=True,
        text=True,
        check=False,
        timeout=DEADLINE_S,
        env={**os.environ, "NODE_PATH": str(NODE_MODULES)},
    )

    *ticks, report = finished.stdout.splitlines()
    assert (finished.returncode, finished.stderr) == (0, "")
    assert [tick for tick in ticks if not re.fullmatch(r"\S+ [0-9.]+", tick)] == []
    assert len(ticks) >= 3
    assert re.fullmatch(r"app-[0-9]+ EXEC_TYPE_NEW ?", report)
