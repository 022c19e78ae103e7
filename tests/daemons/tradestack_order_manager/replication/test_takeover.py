"""Order managers on two hosts, as processes: what survives the loss of one."""

import signal
from pathlib import Path

import pytest

from tests.kit.moving_client import MovingClient
from tests.kit.nats import NatsServers
from tests.kit.replicated import ReplicatedOrderManager
from tradestack.ctl.main import run
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType
from tradestack.domain.requests import OrderStatusRequest
from tradestack.wire.orders import decode_server_message
from tradestack.wire.varlink import VarlinkError

NAMES = [f"o{number}" for number in range(400)]


def test_a_standby_has_the_same_journal_and_refuses_logins_in_words(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager
) -> None:
    """A standby writes what the primary writes, and names the primary to who logs in."""
    client = MovingClient()
    client.log_in(primary)
    client.send(NAMES[:20])
    client.read(20)
    last = primary.replication()["sequence"]
    standby.replication_when(lambda status: status["sequence"] == last)
    assert standby.journals() == primary.journals()
    refused = standby.raw_client().send_login()
    assert refused.next_packet() is None
    assert refused.remarks == [b"STANDBY this order manager stands by; the primary is a"]


def test_orders_survive_the_death_of_the_primary_under_load(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager
) -> None:
    """No report changes or is lost, and each order is accepted once, when `a` is killed."""
    client = MovingClient()
    client.log_in(primary)
    client.send(NAMES)
    client.read(100)
    primary.kill()
    client.read(len(NAMES))  # what was on its way
    before = list(client.reports)
    status = standby.take_over()
    assert (status["role"], status["epoch"]) == ("primary", 2)
    client.log_in(standby)
    client.send([name for name in NAMES if name not in client.reported])
    client.read(len(NAMES) - len(client.reports))
    assert sorted(client.reported) == sorted(NAMES)
    assert [report.order_id for report in client.reports] == list(range(1, len(NAMES) + 1))
    assert {report.exec_type for report in client.reports} == {ExecType.NEW}
    again = MovingClient()
    again.log_in(standby)
    again.read(len(NAMES))
    assert again.reports == client.reports
    assert again.reports[: len(before)] == before


def test_the_old_primary_comes_back_as_a_standby(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager, stream: str
) -> None:
    """As primary it does not start; as standby it gets what it lacks, and can take over.

    The one that it replaces, a standby by its role, is one again after its next start.
    """
    client = MovingClient()
    client.log_in(primary)
    client.send(NAMES[:50])
    client.read(50)
    primary.kill()
    standby.take_over()
    client.log_in(standby)
    client.send(NAMES[50:60])
    client.read(10)
    primary.launch()
    assert primary.wait() == 78
    assert "host b is the primary (epoch 2)" in primary.errors
    primary.configure_replication("standby", stream=stream)
    primary.start()
    assert primary.journals() == standby.journals()
    assert primary.take_over()["epoch"] == 3
    assert standby.wait() == 1  # after which systemd starts it again
    assert "host a has taken over (epoch 3)" in standby.errors
    assert "it stands by after its next start" in standby.errors
    assert "Traceback" not in standby.errors
    standby.start()
    assert standby.replication()["role"] == "standby"
    client.log_in(primary)
    client.send(NAMES[60:61])
    client.read(1)
    assert client.reported == NAMES[:61]


def test_a_primary_that_was_stopped_acknowledges_nothing_after_the_takeover(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager
) -> None:
    """What it was sent meanwhile is at most refused; it says who has taken over, and exits."""
    client = MovingClient()
    client.log_in(primary)
    client.send(NAMES[:10])
    client.read(10)
    asking = primary.client("other")
    primary.signal(signal.SIGSTOP)
    client.send(NAMES[10:20])
    asking.send(OrderStatusRequest(cl_ord_id="o1"))
    standby.take_over()
    primary.signal(signal.SIGCONT)
    assert primary.wait() == 78
    assert "host b has taken over (epoch 2)" in primary.errors
    client.read(10)
    assert client.reported == NAMES[:10]
    answers = [decode_server_message(packet.payload) for packet in asking.rest()]
    assert not any(isinstance(answer, ExecutionReport) for answer in answers)
    client.log_in(standby)
    client.send(NAMES[10:20])
    client.read(10)
    assert client.reported == NAMES[:20]


# The order manager, with another host that is faster where it claims the stream.
LATE = """
from tradestack_order_manager.__main__ import main
from pathlib import Path
from tradestack_order_manager.replication import claim as module, member
from tradestack_order_manager.replication.identity import Identity

claim = module.claim

async def claim_late(follower, link, identity, cause, clock):
    other = Path(follower.directory, "other")
    other.mkdir()
    await claim(follower, link, Identity.of(other, "b", None), cause, clock)
    follower.claims.clear()
    return await claim(follower, link, identity, cause, clock)

module.claim = member.claim = claim_late
main()
"""


def test_a_primary_that_starts_again_too_late_says_so(primary: ReplicatedOrderManager) -> None:
    """Another host has claimed the stream since it has read it."""
    primary.kill()
    primary.launch(["-c", LATE])
    assert primary.wait() == 78
    assert "host b has taken over (epoch 2)" in primary.errors


def test_a_host_that_wrote_last_and_is_late_stands_by(
    primary: ReplicatedOrderManager, stream: str
) -> None:
    """Its role is that of a standby, as that of every host that has taken over."""
    primary.kill()
    primary.configure_replication("standby", stream=stream)
    primary.start(["-c", LATE])
    assert primary.replication_when(lambda status: status["primary"] == "b")["role"] == "standby"


@pytest.mark.parametrize("role", ["primary", "standby"])
def test_a_second_host_of_one_name_does_not_start(
    tmp_path: Path,
    servers: NatsServers,
    stream: str,
    primary: ReplicatedOrderManager,
    role: str,
) -> None:
    """It is not taken for the primary that starts again, which goes on."""
    with ReplicatedOrderManager(tmp_path / "b", servers, role, stream=stream) as namesake:
        namesake.configure_replication(role, stream=stream, host="a")
        namesake.launch()
        assert namesake.wait() == 78
        assert "replication.host: two hosts are called a" in namesake.errors
    status = primary.replication()
    assert (status["role"], status["epoch"]) == ("primary", 1)


def test_a_silent_primary_is_replaced(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager, stream: str
) -> None:
    """With `takeover_after` the standby takes over by itself when the primary is silent."""
    standby.stop()
    standby.configure_replication("standby", stream=stream, takeover_after="2s")
    standby.start()
    assert standby.replication_when(lambda status: status["behind"] == 0)["role"] == "standby"
    primary.kill()
    assert standby.replication_when(lambda status: status["role"] == "primary")["epoch"] == 2


# The order manager, which does not hear that the stream has stored its first claim.
UNHEARD = """
from tradestack_order_manager.__main__ import main
from tradestack_order_manager.replication import claim as module, member

claim = module.claim

async def claim_unheard(*claimed):
    module.claim = claim
    await claim(*claimed)
    raise TimeoutError

module.claim = claim_unheard
member.UNCONFIRMED_NS_MAX = 0
main()
"""


def test_a_takeover_whose_outcome_was_unknown_holds_once_it_is_stored(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager
) -> None:
    """Who has asked is told that it may; the primary before has stopped, so this one serves."""
    standby.stop()
    standby.start(["-c", UNHEARD])
    with pytest.raises(VarlinkError, match="if the takeover is stored all the same"):
        standby.take_over()
    assert primary.wait() == 78
    standby.replication_when(lambda status: status["role"] == "primary")
    client = MovingClient()
    client.log_in(standby)
    client.send(NAMES[:1])
    client.read(1)
    assert client.reported == NAMES[:1]


def test_the_verb_shows_who_is_the_primary_and_lets_the_standby_take_over(
    tmp_path: Path,
    primary: ReplicatedOrderManager,
    standby: ReplicatedOrderManager,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A second takeover is refused: the host is the primary already."""
    (tmp_path / "order-manager.sock").symlink_to(standby.control)
    verb = ["--runtime-dir", str(tmp_path), "ha"]
    assert run([*verb, "status"]) == 0
    shown = capsys.readouterr().out
    assert "role            standby (b)\nprimary         a, epoch 1\n" in shown
    assert "behind          0 messages" in shown
    assert run([*verb, "takeover"]) == 0
    assert "role            primary (b)\nprimary         b, epoch 2\n" in capsys.readouterr().out
    assert run([*verb, "takeover"]) == 1
    assert "this host is the primary already" in capsys.readouterr().err
    assert primary.wait() == 78


def test_the_verb_compares_journals_and_stream(
    tmp_path: Path,
    primary: ReplicatedOrderManager,
    standby: ReplicatedOrderManager,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """On either host, over all order sessions; the first difference is said."""
    client = MovingClient()
    client.log_in(primary)
    client.send(NAMES[:20])
    client.read(20)
    ended = primary.replication()["session"]
    primary.call("NewSession")
    last = primary.replication()["sequence"]
    standby.replication_when(lambda status: status["sequence"] == last)
    whole = standby.journals()
    lengths = sum(map(len, whole.values()))
    for manager in (primary, standby):
        verified = manager.call("io.tradestack.Replication.Verify")
        assert (verified["sessions"], verified["bytes"]) == (2, lengths)
        assert verified["difference"] is None
    (tmp_path / "order-manager.sock").symlink_to(standby.control)
    verb = ["--runtime-dir", str(tmp_path), "ha", "verify"]
    assert run(verb) == 0
    assert f"{lengths} bytes, 2 order sessions\n" in capsys.readouterr().out
    path = standby.state / f"{ended}.journal"
    journal = whole[path.name]
    for change, words in (
        (bytes([journal[0] ^ 1]) + journal[1:], "it has another byte at 0, in line 1"),
        (journal[:-10], f"it lacks the bytes from {len(journal) - 10} on"),
        (journal + b"more", "it has 4 bytes more than the stream"),
    ):
        path.write_bytes(change)
        assert run(verb) == 1
        assert f"difference      {path}: {words}" in capsys.readouterr().out
    path.unlink()  # as sessions_kept does
    assert run(verb) == 0
    assert "not kept here   1 order sessions\n" in capsys.readouterr().out
