"""Servers of the stream that die or stop: what the order manager does meanwhile and afterwards."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.moving_client import MovingClient
from tests.kit.nats import NatsServers
from tests.kit.replicated import ReplicatedOrderManager
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import BusinessRejectReason
from tradestack.wire.order_messages import BusinessMessageReject
from tradestack.wire.varlink import VarlinkError

NAMES = [f"o{number}" for number in range(200)]


def test_the_death_of_any_server_loses_nothing(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager, servers: NatsServers
) -> None:
    """Orders under way are answered after an election, or on another connection, each once."""
    client = MovingClient()
    for number in range(3):
        names = NAMES[40 * number : 40 * (number + 1)]
        _log_in(client, primary)
        client.send(names[:20])
        servers.kill(number)
        client.send(names[20:])
        client.read(40)
        while unanswered := [name for name in names if name not in client.reported]:
            _log_in(client, primary)  # the election has taken long
            client.send(unanswered)
            client.read(len(unanswered))
        servers.start(number)
    assert client.reported == NAMES[:120]
    last = primary.replication()["sequence"]
    standby.replication_when(lambda status: status["sequence"] == last)
    assert standby.journals() == primary.journals()


def _log_in(client: MovingClient, primary: ReplicatedOrderManager) -> None:
    """Log in as soon as the stream can be reached."""
    primary.stats_when(lambda stats: stats["journal_fault"] is None)
    client.log_in(primary)


@contextmanager
def stopped(servers: NatsServers, count: int) -> Iterator[None]:
    """Stop so many of the servers; with two of three, nothing can be stored."""
    for number in range(count):
        servers.signal(number, signal.SIGSTOP)
    try:
        yield
    finally:
        for number in range(count):
            servers.signal(number, signal.SIGCONT)
        servers.wait_ready()


def test_an_order_whose_outcome_is_unknown_is_answered_when_it_is_known(
    primary: ReplicatedOrderManager, servers: NatsServers
) -> None:
    """Without a majority nothing is said, later orders are refused, and none is stored twice."""
    client = primary.client()
    client.send(an_order(cl_ord_id="before", quantity=SCALE))
    assert client.receive_report().cl_ord_id == "before"
    with stopped(servers, 2):
        client.send(an_order(cl_ord_id="unknown", quantity=SCALE))
        primary.replication_when(lambda status: status["waiting_bytes"] > 0)
        primary.stats_when(lambda stats: stats["journal_fault"] is not None)
        for name in ("unknown", "refused"):  # the former is not refused: it may be taken yet
            client.send(an_order(cl_ord_id=name, quantity=SCALE))
        refused = client.receive_one()  # and no report on the order before
        assert isinstance(refused, BusinessMessageReject)
        assert refused.business_reject_ref_id == "refused"
        assert refused.business_reject_reason is BusinessRejectReason.APPLICATION_NOT_AVAILABLE
    primary.stats_when(lambda stats: stats["journal_fault"] is None)
    client = primary.client(sequence=2)  # it may have been disconnected
    assert client.receive_report().cl_ord_id == "unknown"
    client.send(an_order(cl_ord_id="refused", quantity=SCALE))
    assert client.receive_report().cl_ord_id == "refused"
    (journal,) = primary.journals().values()
    assert [journal.count(b'"ClOrdID":"%s"' % name) for name in (b"unknown", b"refused")] == [2, 2]


def test_no_standby_takes_over_while_the_stream_cannot_be_read(
    primary: ReplicatedOrderManager,
    standby: ReplicatedOrderManager,
    servers: NatsServers,
    stream: str,
) -> None:
    """A silence in which nothing could be heard is none; a command is refused."""
    standby.stop()
    standby.configure_replication("standby", stream=stream, takeover_after="30s")
    standby.start()
    with stopped(servers, 3):
        standby.replication_when(lambda status: status["fault"] is not None)
        assert standby.replication()["silent_s"] == 0
        with pytest.raises(VarlinkError, match="NotPossible"):
            standby.take_over()
    client = MovingClient()
    _log_in(client, primary)
    client.send(NAMES[:1])
    client.read(1)
    assert client.reported == NAMES[:1]
    assert standby.replication()["role"] == "standby"
