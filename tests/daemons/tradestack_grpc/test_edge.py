"""The daemon: its port, its certificate, its limits, its end."""

import signal
import socket
from pathlib import Path

import grpc
import pytest

from tests.daemons.tradestack_grpc.conftest import Stack
from tests.kit.certificate import make_certificate
from tests.kit.daemon import DEADLINE_S
from tests.kit.gateway import USER
from tests.kit.grpc_edge import GrpcEdge, OrderCall
from tests.kit.order_manager import USER as ORDER_USER
from tests.kit.other_user import acting_as, needs_root
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack_grpc.calls import LOGINS_PENDING_PER_ORIGIN_MAX
from tradestack_grpc.protocol import tradestack_pb2 as pb

HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"
TLS_ALERT = b"\x15"
CALLS = 20
JOINED, REJECTED = f"client logged in user={USER} ", "login rejected "


def test_calls_beyond_the_limit_are_refused_and_a_reload_raises_it(stack: Stack) -> None:
    """The open call goes on, and the limit is said at 100 %."""
    stack.gateway.start()
    stack.edge.configure(calls_max=1)
    stack.edge.start()
    with stack.edge.client(USER) as client:
        call = client.subscribe(sequence=0)
        call.started()
        _, refused = client.subscribe().end()
        assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert refused.details() == "1 calls are open; end others, or try later"
        stats = stack.edge.stats_when(lambda stats: stats["limits_used"]["calls"] == 100)
        assert stats["process"]["calls_refused"] == 1
        stack.edge.configure(calls_max=3)
        stack.edge.call("Reload")
        client.subscribe().started()
        call.ticks(1)


def test_logins_of_one_user_of_the_host_wait_in_bounds(stack: Stack) -> None:
    """At a gateway that hangs, one beyond the limit is refused at once; the others are served."""
    stack.gateway.start()
    stack.edge.start()
    stack.gateway.signal(signal.SIGSTOP)
    with stack.edge.client(USER) as client:
        calls = [client.subscribe() for _ in range(LOGINS_PENDING_PER_ORIGIN_MAX)]
        stack.edge.stats_when(lambda stats: stats["logins_pending"] == len(calls))
        _, refused = client.subscribe().end()
        stack.gateway.signal(signal.SIGCONT)
        for call in calls:
            call.started()

    assert refused.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert refused.details() == "too many logins are under way; try later"


def test_calls_without_a_login_take_no_place(stack: Stack) -> None:
    """Whoever calls and says nothing leaves the places to those who log in."""
    stack.order_manager.start()
    stack.edge.configure(calls_max=1)
    stack.edge.start()
    with stack.edge.client("nobody") as outsider, stack.edge.client(ORDER_USER) as client:
        silent = [OrderCall(outsider) for _ in range(3)]
        stack.edge.stats_when(lambda stats: stats["logins_pending"] == len(silent))
        call = client.trade()
        call.started()
        assert stack.edge.stats()["calls"]["orders"] == 1
        for each in (*silent, call):
            each.cancel()


@needs_root
def test_calls_of_another_user_keep_nobody_out(stack: Stack) -> None:
    """All of its logins wait; one of ours does not."""
    stack.order_manager.start()
    stack.edge.start()
    with acting_as():
        outsider = stack.edge.client("nobody")
        grpc.channel_ready_future(outsider.channel).result(DEADLINE_S)
    with outsider, stack.edge.client(ORDER_USER) as client:
        silent = [OrderCall(outsider) for _ in range(LOGINS_PENDING_PER_ORIGIN_MAX)]
        stack.edge.stats_when(lambda stats: stats["logins_pending"] == len(silent))
        call = client.trade()
        call.started()
        for each in (*silent, call):
            each.cancel()


def test_nothing_is_answered_before_a_login(stack: Stack) -> None:
    """A wrong password ends the call, whatever followed it."""
    stack.order_manager.start()
    stack.edge.start()
    stack.order_manager.signal(signal.SIGSTOP)
    with stack.edge.client(ORDER_USER, "wrong") as client:
        call = client.trade()
        call.send(pb.OrderMessage())  # which is refused
        stack.edge.stats_when(lambda stats: stats["logins_pending"] == 1)
        stack.order_manager.signal(signal.SIGCONT)

        with pytest.raises(grpc.RpcError) as end:
            call.next()
        call.cancel()

    assert end.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_it_serves_tls_alone_where_it_has_a_certificate(stack: Stack, tmp_path: Path) -> None:
    """At an address that others reach; a client without TLS gets nothing."""
    certificate, key = make_certificate(tmp_path)
    session = stack.gateway.start()["session"]
    stack.edge.configure(
        listen=f"0.0.0.0:{stack.edge.port}", certificate_file=certificate, key_file=key
    )
    assert stack.edge.start()["transport"] == "TLS"
    credentials = grpc.ssl_channel_credentials(certificate.read_bytes())
    with stack.edge.client(USER, credentials=credentials) as client:
        assert client.head().feed_session == session
    with socket.create_connection(("127.0.0.1", stack.edge.port)) as plain:
        plain.sendall(HTTP2_PREFACE)
        assert plain.recv(1) in (b"", TLS_ALERT)


def test_what_an_operator_has_to_correct_is_said(stack: Stack, tmp_path: Path) -> None:
    """Exit 78, with file, key and remedy: no TLS towards others, wrong files, a port in use."""
    certificate, _ = make_certificate(tmp_path)
    (tmp_path / "other").mkdir()
    _, other_key = make_certificate(tmp_path / "other")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        cases: list[tuple[dict[str, object], str]] = [
            ({"listen": "0.0.0.0:1"}, 'plaintext = "anywhere"'),
            ({"certificate_file": certificate}, "key_file: is not set, but the other one is"),
            (
                {"certificate_file": certificate, "key_file": other_key},
                "set both keys to PEM files that belong together",
            ),
            (
                {"certificate_file": certificate, "key_file": tmp_path / "none"},
                "No such file or directory",
            ),
            ({"listen": f"127.0.0.1:{port}"}, "stop the process that uses this port"),
        ]
        for keys, words in cases:
            stack.edge.configure(**keys)
            stack.edge.launch()
            assert stack.edge.wait() == EXIT_STATUS_OPERATOR_FAULT
            assert words in stack.edge.errors.splitlines()[-1]


def test_two_edges_do_not_share_a_port(stack: Stack, tmp_path: Path) -> None:
    """Else the kernel would share the clients out."""
    stack.edge.start()
    (tmp_path / "second").mkdir()
    with GrpcEdge(tmp_path / "second", stack.gateway, None) as second:
        second.configure(listen=f"127.0.0.1:{stack.edge.port}")
        second.launch()
        assert second.wait() == EXIT_STATUS_OPERATOR_FAULT


def test_a_stop_ends_the_calls_so_that_clients_call_again(stack: Stack) -> None:
    """UNAVAILABLE, and the process ends with status 0."""
    stack.gateway.start()
    stack.edge.start()
    with stack.edge.client(USER) as client:
        call = client.subscribe()
        call.started()
        status = stack.edge.stop()
        _, end = call.end()

    assert (status, end.code()) == (0, grpc.StatusCode.UNAVAILABLE)


def test_calls_have_a_line_each_at_most(stack: Stack) -> None:
    """Also those that end while something is sent; a wrong password is no error of ours."""
    stack.gateway.start()
    stack.edge.start()
    with stack.edge.client(USER) as client, stack.edge.client(USER, "wrong") as wrong:
        for _ in range(CALLS):
            call = client.subscribe(sequence=0)
            call.started()
            call.call.cancel()
            wrong.subscribe().end()
    stats = stack.edge.stats()

    _, *lines = stack.edge.errors.splitlines()
    assert stats["last_error"] is None
    assert stats["process"]["logins_rejected"] == CALLS
    assert len(lines) <= 2 * CALLS
    assert [line for line in lines if not (JOINED in line or REJECTED in line)] == []
