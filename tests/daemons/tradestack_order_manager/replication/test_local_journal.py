"""The journal on the disk beside the stream: what it lacks is fetched; differences stop."""

from pathlib import Path

import pytest

from tests.kit.moving_client import MovingClient
from tests.kit.nats import NatsServers
from tests.kit.replicated import ReplicatedOrderManager

NAMES = [f"o{number}" for number in range(20)]


@pytest.fixture
def journal(primary: ReplicatedOrderManager) -> Path:
    """Let the primary journal some orders and stop it; return its journal."""
    client = MovingClient()
    client.log_in(primary)
    client.send(NAMES)
    client.read(len(NAMES))
    primary.kill()
    (path,) = primary.state.glob("*.journal")
    return path


@pytest.mark.parametrize("left", [0, 100, 1_500, None])
def test_what_a_power_cut_has_taken_is_fetched(
    primary: ReplicatedOrderManager, journal: Path, left: int | None
) -> None:
    """A journal without its end, cut within a line, or gone, is whole again after a start."""
    whole = journal.read_bytes()
    if left is None:
        journal.unlink()
    else:
        journal.write_bytes(whole[:left])
    primary.start()
    assert journal.read_bytes() == whole
    client = MovingClient()
    client.log_in(primary)
    client.read(len(NAMES))
    assert client.reported == NAMES


def test_zeros_behind_the_end_are_cut(primary: ReplicatedOrderManager, journal: Path) -> None:
    """Blocks that a file system has left behind an unfinished write are no difference."""
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-200] + bytes(4_096))
    primary.start()
    assert journal.read_bytes() == whole


@pytest.mark.parametrize("role", ["primary", "standby"])
def test_a_difference_stops_the_start(
    primary: ReplicatedOrderManager, journal: Path, stream: str, role: str
) -> None:
    """The message names the file, the byte and what to do."""
    primary.configure_replication(role, stream=stream)
    whole = journal.read_bytes()
    journal.write_bytes(whole[:1_000] + bytes([whole[1_000] ^ 1]) + whole[1_001:])
    primary.launch()
    assert primary.wait() == 78
    assert f"{journal}: is not what stream" in primary.errors
    assert "it has another byte at 1000" in primary.errors
    assert "move the file away and start again" in primary.errors
    journal.rename(journal.with_suffix(".away"))
    primary.start()
    assert journal.read_bytes() == whole


def test_records_that_the_stream_has_lost_stop_the_start(
    primary: ReplicatedOrderManager, journal: Path
) -> None:
    """A journal never has more than the stream: if it has, the stream has lost something."""
    whole = journal.read_bytes()
    with journal.open("ab") as file:
        file.write(whole.splitlines(keepends=True)[-1])
    primary.launch()
    assert primary.wait() == 78
    assert "bytes more" in primary.errors


def test_another_order_session_goes_through_the_stream(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager
) -> None:
    """The standby has both sessions, and after a takeover clients of the ended one get its end."""
    client = MovingClient()
    client.log_in(primary)
    client.send(NAMES[:10])
    client.read(10)
    before = primary.replication()["session"]
    session = primary.call("NewSession")["session"]
    following = MovingClient()
    following.log_in(primary)
    following.send(NAMES[10:])
    following.read(10)
    primary.kill()
    assert standby.take_over()["session"] == session
    assert standby.journals() == primary.journals()
    ended = standby.client(session=before, sequence=11)
    assert [chr(packet.type) for packet in ended.rest()] == ["Z"]
    following.log_in(standby)
    following.send(NAMES[:1])  # a ClOrdID of the session before is a new one in this
    following.read(1)
    assert following.reports[-1].order_id == 21


@pytest.mark.parametrize("is_down", [False, True])
def test_the_order_log_has_sessions_that_ended_while_the_host_stood_by(
    primary: ReplicatedOrderManager, standby: ReplicatedOrderManager, is_down: bool
) -> None:
    """After a takeover it is that of the primary before, whether the standby ran or not."""
    for names in (NAMES[:10], NAMES[10:]):
        client = MovingClient()
        client.log_in(primary)
        client.send(names)
        client.read(10)
        if is_down and names == NAMES[:10]:
            standby.stop()
        primary.call("NewSession")
    assert primary.log_numbers() == list(range(1, 21))
    if is_down:
        standby.start()
    standby.take_over()
    assert standby.log_numbers() == list(range(1, 21))


def test_a_journal_from_before_the_replication_ends_with_it(
    tmp_path: Path, servers: NatsServers, stream: str
) -> None:
    """The first start with a stream begins another order session; order numbers go on."""
    with ReplicatedOrderManager(tmp_path / "c", servers, "primary", stream=stream) as manager:
        manager.configure(durability="disk")
        before = manager.start()["session"]
        client = MovingClient()
        client.log_in(manager)
        client.send(NAMES[:3])
        client.read(3)
        manager.stop()
        manager.configure_replication("primary", stream=stream)
        assert manager.start()["session"] > before
        again = MovingClient()
        again.log_in(manager)
        again.send(NAMES[:1])
        again.read(1)
        assert again.reports[0].order_id == 4
        manager.kill()
        manager.start()
        assert manager.client(session=before, sequence=1).session_id == before
