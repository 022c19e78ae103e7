"""The limits: heads, bodies, connections, viewers, and readers that do not read."""

import asyncio
import contextlib
import http.client
import itertools
import select
import socket
from pathlib import Path

import pytest

from tests.kit.other_user import acting_as, needs_root
from tests.kit.stack import Stack
from tests.kit.web import JSON, Web
from tradestack_web.http.share import who_gives_way
from tradestack_web.live.viewer import FRAMES_WAITING_MAX, Viewer


def test_a_head_is_bounded(web: Web) -> None:
    """A request whose line and headers do not end is refused, and its connection closed."""
    with web.peer() as peer:
        peer.send(web.head("GET", "/api/me")[:-2] + b"X-Long: " + b"x" * 20_000)
        assert peer.answer().status == 400
        assert peer.is_closed()


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00", b"{}\0", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"]
)
def test_what_is_not_http_ends_its_connection_only(web: Web, data: bytes) -> None:
    """TLS, Varlink and nonsense get one answer; the server goes on and logs nothing of it."""
    before = web.errors
    with web.peer() as peer:
        peer.send(data + b"\r\n\r\n")
        assert peer.answer().status == 400

    assert web.get("/api/me").status == 200
    assert web.errors == before


def test_a_body_is_bounded(web: Web) -> None:
    """Whether its length is declared or not, no more than the limit is read."""
    login = web.log_in()
    long = {"pace": "x" * 20_000}
    assert web.post("/api/actions/pace", long, **login).error == "too_large"

    own = {"origin": f"http://{web.host}", "content_type": "application/json"}
    head = web.head(
        "POST", "/api/actions/pace", headers=own | login | {"transfer_encoding": "chunked"}
    )
    with web.peer() as peer:
        peer.send(head + b"%x\r\n%b\r\n" % (20_000, b"x" * 20_000))
        assert peer.answer("POST").error == "too_large"


@pytest.mark.parametrize("body", ["{", "[]", "null", '{"pace": 1}', '{"other": ""}', "[" * 5_000])
def test_a_body_has_to_be_the_declared_one(web: Web, body: str) -> None:
    """Anything else is refused with a reason, also what is nested without an end."""
    login = web.log_in()
    own = {"origin": f"http://{web.host}", "content_type": "application/json"}

    answer = web.request("POST", "/api/actions/pace", headers=own | login, body=body.encode())

    assert (answer.status, answer.error) == (400, "invalid_request")


def test_connections_are_bounded(own_web: Web) -> None:
    """The one above the limit is told so; as soon as one ends, there is room again."""
    own_web.configure(connections_max=3)
    own_web.start()
    peers = [own_web.peer() for _ in range(3)]
    own_web.stats_when(lambda stats: stats["connections"] == 3)

    with own_web.peer() as more:
        assert more.answer().error == "busy"

    peers[0].socket.close()
    own_web.stats_when(lambda stats: stats["connections"] == 2)
    assert own_web.get("/api/me").status == 200
    assert own_web.stats()["process"]["connections_refused"] == 1
    for peer in peers:
        peer.socket.close()


def test_viewers_are_bounded(own_web: Web) -> None:
    """Pages above the limit are told so, and shown as soon as another one is closed."""
    own_web.configure(viewers_max=1)
    own_web.start()
    with own_web.peer() as first:
        first.send(own_web.head("GET", "/api/events"))
        next(first.events())
        assert own_web.get("/api/events").error == "busy"
        assert own_web.get("/api/snapshot").status == 200
    own_web.stats_when(lambda stats: stats["viewers"] == 0)

    with own_web.peer() as second:
        second.send(own_web.head("GET", "/api/events"))
        assert next(second.events())[0] == ""


@pytest.mark.parametrize(
    ("owners", "newcomer", "gives_way"),
    [
        ("", "a", None),
        ("a", "b", None),
        ("aa", "b", "a"),
        ("aab", "b", None),
        ("aaab", "b", "a"),
        ("aaab", "c", "a"),
        ("aabb", "a", None),
        ("aabbb", "c", "b"),
        ("aaaa", "a", None),
    ],
)
def test_nobody_gives_way_to_somebody_who_has_as_much(
    owners: str, newcomer: str, gives_way: str | None
) -> None:
    """With one more, the newcomer has still less than whoever has most."""
    assert who_gives_way(owners, newcomer) == gives_way


@needs_root
def test_no_user_can_take_all_connections(own_web: Web) -> None:
    """At the limit another one ends an idle one of whoever has most; the same one is refused."""
    own_web.configure(connections_max=3)
    own_web.start()
    viewers = [own_web.peer().send(own_web.head("GET", "/api/events")) for _ in range(2)]
    for viewer in viewers:
        next(viewer.events())
    idle = own_web.peer().send(own_web.head("GET", "/api/me"))
    assert idle.answer().status == 200

    with acting_as():
        others = [own_web.peer() for _ in range(2)]
    next(others[0].send(own_web.head("GET", "/api/events")).events())

    assert others[1].answer().error == "busy"
    assert idle.is_closed()
    with own_web.peer() as more:
        assert more.answer().error == "busy"
    stats = own_web.stats()
    assert stats["viewers"] == 3
    assert stats["process"]["connections_displaced"] == 1
    assert stats["process"]["connections_refused"] == 2
    for peer in (*viewers, idle, *others):
        peer.socket.close()


@needs_root
def test_no_user_can_take_all_live_pages(own_web: Web) -> None:
    """At the limit another one ends the newest of whoever has most, and stays."""
    own_web.configure(viewers_max=3)
    own_web.start()
    peers = [own_web.peer() for _ in range(3)]
    streams = [peer.events() for peer in peers]
    for peer, stream in zip(peers, streams, strict=True):
        peer.send(own_web.head("GET", "/api/events"))
        next(stream)

    with acting_as():
        other = own_web.peer().send(own_web.head("GET", "/api/events"))
    with other:
        events = other.events()
        next(events)
        assert next(events)[0] == "stats"
        assert own_web.get("/api/events").error == "busy"
        stats = own_web.stats_when(lambda stats: stats["viewers"] == 3)

    assert stats["process"]["viewers_displaced"] == 1
    assert stats["process"]["viewers_dropped"] == 0
    with contextlib.suppress(OSError, http.client.HTTPException):  # it is cut off, not ended
        for _ in streams[2]:
            pass
    assert next(streams[0])[0] == next(streams[1])[0] == "stats"
    for peer in peers:
        peer.socket.close()


PROGRAM = """\
import runpy
import sys

from tradestack_web.http import connection, guard, server

connection.REQUEST_DEADLINE_S = guard.SEND_DEADLINE_S = 0.2
connection.WRITE_BUFFER_BYTES = server.SEND_BUFFER_BYTES = 1
sys.argv[0] = "tradestack-web"
runpy.run_module("tradestack_web", run_name="__main__")
"""


def hurried(web: Web) -> None:
    """Start the server with deadlines and buffers that a test can wait for."""
    web.start(["-c", PROGRAM])


def test_a_queue_is_bounded() -> None:
    """A viewer to whom more frames than fit were shown is dropped, and gets none of them."""
    full, dropped = Viewer("uid 1"), Viewer("uid 1")
    for _ in range(FRAMES_WAITING_MAX):
        full.put(b"x")
        dropped.put(b"x")

    dropped.put(b"x")

    assert (full.is_dropped, dropped.is_dropped) == (False, True)
    assert asyncio.run(full.next()) == b"x" * FRAMES_WAITING_MAX
    assert asyncio.run(dropped.next()) is None


def test_a_request_has_to_come_in_time(own_web: Web) -> None:
    """A peer that sends nothing, or a part of a head or of a body, is disconnected."""
    hurried(own_web)
    with contextlib.ExitStack() as opened:
        silent, slow, second, promised = (opened.enter_context(own_web.peer()) for _ in range(4))
        slow.send(b"GET / HT")
        own = {"content_type": JSON, "origin": f"http://{own_web.host}"}
        promised.send(own_web.head("POST", "/api/login", headers=own, length=9) + b"{")
        second.send(own_web.head("GET", "/api/me"))
        assert second.answer().status == 200
        second.send(b"GET /")
        assert silent.is_closed()
        assert slow.is_closed()
        assert second.is_closed()
        assert promised.is_closed()
    own_web.stats_when(lambda stats: stats["connections"] == 0)


def test_a_reader_that_does_not_read_is_dropped_and_counted(tmp_path: Path, stack: Stack) -> None:
    """It delays nobody else, and its frames do not pile up."""
    with Web(tmp_path, stack.runtime.parent) as web:
        hurried(web)
        lazy = socket.socket()
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        lazy.connect(web.address)
        lazy.sendall(web.head("GET", "/api/events"))
        with web.peer() as reader:
            reader.send(web.head("GET", "/api/events"))
            events = reader.events()
            web.stats_when(lambda stats: stats["process"]["viewers_dropped"] == 1)
            assert {name for name, _, _ in itertools.islice(events, 30)} >= {"stats", "prices"}
            assert web.stats()["viewers"] == 1
        assert select.select([lazy], [], [], 10)[0]
        lazy.close()
        assert "fault" not in web.errors
