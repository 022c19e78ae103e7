"""What is shown live of a running stack: snapshot, events, where they go on after a gap."""

import itertools
import os
import signal
from pathlib import Path

import pytest

from tests.kit.grpc_edge import GrpcEdge
from tests.kit.stack import Stack
from tests.kit.web import Peer, Web
from tradestack.ctl.running_daemons import OTHERS
from tradestack_web.live import daemons
from tradestack_web.live.position import Position, parse_position


def watch(web: Web, after: str = "", **headers: str) -> Peer:
    """Open the event stream."""
    peer = web.peer()
    path = f"/api/events?after={after}" if after else "/api/events"
    peer.send(web.head("GET", path, headers=headers))
    return peer


def test_the_snapshot_has_the_whole_stack(live_web: Web) -> None:
    """Stats of all daemons, accounts, prices, orders, news, and where the events go on."""
    snapshot = live_web.get("/api/snapshot").json

    stats = snapshot["stats"]
    assert stats["gateway"]["daemon"] == "gateway"
    assert stats["order_manager"]["daemon"] == "order-manager"
    assert stats["strategies"]["news"]["instance"] == "news"
    assert stats["faults"] == {}
    assert [client["user"] for client in stats["order_clients"]] == ["news"]
    (limit,) = snapshot["accounts"]["limits"]["limits"]
    assert (limit["key"], limit["scope"]) == ("active_order_limit", "user news")
    assert snapshot["accounts"]["accounts"][0]["user"] == "news"
    feed, sequence, orders, offset = snapshot["id"].split(".")
    assert (feed, orders) == (stats["gateway"]["session"], stats["order_manager"]["session"])
    assert snapshot["prices"]["head"] == int(sequence) > 0
    assert int(offset) > 0
    price, time_ms, number = snapshot["prices"]["prices"]["SPY"]
    assert 600 < float(price) < 800
    assert time_ms > 1_768_000_000_000
    assert 0 < number <= int(sequence)


def test_events_come_and_have_rising_ids(live_web: Web) -> None:
    """Stats, accounts, prices, orders and news, each with the place after it."""
    with watch(live_web) as peer:
        seen: dict[str, object] = {}
        numbers = []
        for name, event_id, data in peer.events():
            seen[name] = data
            numbers.append(int(event_id.split(".")[1]))
            if {"stats", "prices", "orders", "news", "accounts"} <= seen.keys():
                break

    assert numbers == sorted(numbers)


def test_prices_are_conflated(live_web: Web) -> None:
    """Whatever the pace, a symbol has one price in a quarter of a second: the latest."""
    with watch(live_web) as peer:
        events = (data for name, _, data in peer.events() if name == "prices")
        heads = [data["head"] for data in itertools.islice(events, 8)]

    steps = [later - earlier for earlier, later in itertools.pairwise(heads)]
    assert all(step > 0 for step in steps)
    assert max(steps) > 1


def test_events_go_on_after_the_last_one(live_web: Web) -> None:
    """Orders and news that came while nobody was connected are sent again, none of them twice."""
    snapshot = live_web.get("/api/snapshot").json
    feed, sequence, orders, _ = snapshot["id"].split(".")
    known = live_web.get("/api/ticks?symbol=SPY&count=1").json
    assert known["session"] == feed
    earlier = f"{feed}.{max(1, int(sequence) - 5_000)}.{orders}.0"

    with watch(live_web, last_event_id=earlier) as peer:
        first = dict(itertools.islice(((name, data) for name, _, data in peer.events()), 2))

    ids = [each["order_id"] for each in first["orders"]["records"] if each["type"] == "order"]
    assert ids[0] == 1
    assert ids == sorted(set(ids))
    assert all(each["sequence"] > int(sequence) - 5_000 for each in first["news"]["news"])


@pytest.mark.parametrize("after", ["3AAAAAAAAA.1.3AAAAAAAAA.1", "-.0.-.0"])
def test_another_session_begins_anew(live_web: Web, after: str) -> None:
    """A page that was left open over sessions gets the snapshot again."""
    with watch(live_web, after) as peer:
        name, event_id, data = next(peer.events())

    assert (name, data) == ("reset", {})
    assert parse_position(event_id) is not None


@pytest.mark.parametrize(
    "after", ["x", "1.2.3.4", "-.-.-.-", "%00", "3AAAAAAAAA.1.3AAAAAAAAA." + "9" * 20]
)
def test_an_id_that_is_none_begins_now(live_web: Web, after: str) -> None:
    """Whatever is sent instead of an id is left out of account."""
    with watch(live_web, after) as peer:
        assert next(peer.events())[0] == ""


def test_a_gateway_that_dies_is_shown_and_comes_back(stack: Stack, live_web: Web) -> None:
    """The stream goes on without it, and with the next one; the server has asked it again."""
    pid = stack.pid_of("gateway")
    with watch(live_web) as peer:
        stats = (data for name, _, data in peer.events() if name == "stats")
        assert next(stats)["gateway"]["pid"] == pid

        os.kill(pid, signal.SIGKILL)

        again = next(
            each for each in stats if (each["gateway"] or {}).get("pid") not in (None, pid)
        )
    assert again["faults"] == {}


def test_a_daemon_beside_the_stack_is_shown_while_it_has_a_socket(
    stack: Stack, live_web: Web, tmp_path: Path
) -> None:
    """Its stats, null while it does not answer, and then nothing."""
    link = stack.runtime / "grpc.sock"
    with watch(live_web) as peer, GrpcEdge(tmp_path, None, None) as edge:
        stats = (data for name, _, data in peer.events() if name == "stats")
        assert next(stats)["others"] == {}

        pid = edge.start()["pid"]
        link.symlink_to(edge.control)
        assert next(each for each in stats if each["others"])["others"]["grpc"]["pid"] == pid

        edge.kill()
        edge.control.unlink()
        edge.control.write_text("no socket")
        gone = next(each for each in stats if each["faults"])
        assert gone["others"] == {"grpc": None}
        assert gone["faults"].keys() == {"grpc"}

        link.unlink()
        assert next(each for each in stats if not each["faults"])["others"] == {}


def test_the_page_shows_what_status_shows() -> None:
    """Both know the same daemons."""
    assert daemons.OTHERS == OTHERS


def test_one_thing_is_answered(live_web: Web) -> None:
    """Orders, fills, the story of one, the strategy, ticks of a symbol, the sessions."""
    order = live_web.get("/api/orders?count=1").json["orders"][-1]
    story = live_web.get(f"/api/orders/{order['order_id']}").json
    assert story["order_id"] == order["order_id"]
    assert order.keys() >= {"ord_status", "order_qty", "cum_qty", "leaves_qty", "avg_px"}
    assert f"order {order['order_id']}" in story["story"].lower()
    assert live_web.get("/api/fills?count=1").json["fills"]
    assert live_web.get("/api/strategies").json == {"strategies": ["news"]}
    strategy = live_web.get("/api/strategies/news").json
    assert strategy["state"]["instance"] == strategy["config"]["user"] == "news"
    assert {each["user"] for each in strategy["orders"]} == {"news"}
    ticks = live_web.get("/api/ticks?symbol=SPY&count=5").json["ticks"]
    assert len(ticks) == 5
    assert ticks == sorted(ticks)
    sessions = live_web.get("/api/sessions").json
    assert sessions["feed"][0]["live"]
    assert sessions["feed"][0]["messages"] > 0


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("orders/999999999", 404, "no_such_order"),
        ("orders/0", 404, "no_such_order"),
        ("orders/-1", 404, "no_such_order"),
        ("orders/--help", 404, "no_such_order"),
        ("strategies/other", 404, "no_such_strategy"),
        ("strategies/..%2fgateway", 404, "not_found"),
        ("ticks?symbol=", 400, "invalid_request"),
        ("ticks?symbol=SPY&count=5001", 400, "invalid_request"),
        ("orders?count=1001", 400, "invalid_request"),
    ],
)
def test_what_is_missing_is_reported(live_web: Web, path: str, status: int, error: str) -> None:
    """Each has its status and its word."""
    answer = live_web.get(f"/api/{path}")

    assert (answer.status, answer.error) == (status, error)


def test_positions_are_texts() -> None:
    """An id is read as it was written."""
    position = Position("3LVL6JWUWE", 812, "3LVL6JLYQ7", 4_367)

    assert parse_position(str(position)) == position
    assert parse_position(str(Position())) == Position()
