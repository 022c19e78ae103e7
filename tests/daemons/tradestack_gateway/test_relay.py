"""A gateway that publishes the feed of another one, over anything that may happen to either."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_gateway.played import ended
from tests.kit.daemon import PASSWORD
from tests.kit.gateway import USER, Gateway
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT
from tradestack.wire.feed_messages import WAY_REQUEST
from tradestack.wire.soup import PacketType, encode_packet
from tradestack.wire.varlink import VarlinkError

WALK = {"source": "random-walk", "walk_seed": 7, "walk_symbols": 20, "walk_news_every": 50}
KILLS = 6


def address_of(gateway: Gateway) -> str:
    """Return the address of its feed."""
    return "{}:{}".format(*gateway.address)


def follow(relay: Gateway, *upstream: Gateway, **keys: Any) -> None:
    """Configure a relay of these gateways."""
    password = relay.directory / "password"
    password.write_text(PASSWORD)
    addresses = [address_of(gateway) for gateway in upstream]
    relay.configure(
        source="relay",
        upstream=addresses[0] if len(addresses) == 1 else addresses,
        upstream_user=USER,
        password_file=password,
        **keys,
    )


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[list[Gateway]]:
    """Three gateways; the second and the third are relays of the one before."""
    gateways = [
        Gateway(tmp_path / name) for name in _directories(tmp_path, "first", "second", "third")
    ]
    for upstream, relay in pairwise(gateways):
        follow(relay, upstream)
    yield gateways
    for gateway in gateways:
        gateway.close()


def _directories(parent: Path, *names: str) -> list[str]:
    for name in names:
        (parent / name).mkdir()
    return list(names)


def log_of(gateway: Gateway, session: str) -> bytes:
    """Return the bytes of the feed log of a session."""
    return (gateway.state / f"{session}.feed").read_bytes()


def test_a_chain_of_relays_has_the_same_bytes(
    chain: list[Gateway], sources: dict[str, Any]
) -> None:
    """Publish times included; the end arrives, and books and counters are those of the first."""
    first, *relays = chain
    first.configure(**sources, pace="max", at_end="end-session")
    session = first.start()["session"]
    for relay in relays:
        relay.start()
    stats = [gateway.stats_when(ended) for gateway in chain]

    assert [each["session"] for each in stats] == [session] * 3
    assert log_of(first, session) == log_of(chain[1], session) == log_of(chain[2], session)
    for name in ("head", "prices_total", "news_total"):
        assert len({each[name] for each in stats}) == 1
    received = chain[2].client(session).read()
    assert received.tobytes() == log_of(first, session)


def test_kills_of_anything_leave_a_common_prefix(chain: list[Gateway]) -> None:
    """The relays go on where they were, from wherever their upstream is."""
    first, *relays = chain
    first.configure(**WALK, pace="20000/s")
    session = first.start()["session"]
    for relay in relays:
        relay.start()
    for number in range(KILLS):
        victim = chain[number % len(chain)]
        chain[-1].wait_for_head(2_000 * (number + 1))
        victim.kill()
        assert victim.start()["session"] == session
    chain[-1].wait_for_head(2_000 * (KILLS + 1))
    for gateway in reversed(chain):
        gateway.kill()

    logs = [log_of(gateway, session) for gateway in chain]
    assert logs[0].startswith(logs[1])
    assert logs[1].startswith(logs[2])
    assert len(logs[2]) >= 2_000 * KILLS * 64


def test_a_relay_follows_its_upstream_into_the_next_session(chain: list[Gateway]) -> None:
    """Clients of the old one get all of it and its end."""
    first, relay, _ = chain
    first.configure(**WALK, pace="2000/s")
    session = first.start()["session"]
    relay.start()
    relay.wait_for_head(100)
    client = relay.client(session)
    begun = first.call("NewSession")["session"]
    relay.stats_when(lambda stats: stats["session"] == begun and stats["head"] > 10)

    assert client.read().tobytes() == log_of(relay, session) == log_of(first, session)
    assert relay.client().session_id == begun


def test_a_session_that_the_upstream_serves_no_more_is_not_taken_for_complete(
    chain: list[Gateway],
) -> None:
    """The relay missed its end: clients hear that it is not available, not that it has ended."""
    first, relay, _ = chain
    first.configure(**WALK, pace="2000/s", sessions_kept=1)
    session = first.start()["session"]
    relay.start()
    relay.wait_for_head(100)
    client = relay.client(session)
    relay.kill()
    begun = first.call("NewSession")["session"]
    assert not (first.state / f"{session}.feed").exists()
    relay.start()
    relay.stats_when(lambda stats: stats["session"] == begun and stats["head"] > 10)

    assert PacketType.END_OF_SESSION not in [packet.type for packet in client.rest()]
    assert relay.client(session).rejected
    assert "may lack others" in relay.errors
    relay.stop()
    relay.start()
    assert relay.client(session).rejected


def test_each_relay_tells_the_way_of_its_feed(chain: list[Gateway]) -> None:
    """Every gateway before it, with its newest message."""
    first, *relays = chain
    first.configure(**WALK, pace="2000/s")
    first.start()
    for relay in relays:
        relay.start()
    told = chain[2].stats_when(lambda stats: stats["upstream"]["hops"] == 2)["upstream"]

    assert (told["address"], told["connected"]) == (address_of(chain[1]), True)
    heads = [hop["head"] for hop in told["way"]]
    assert all(head <= first.stats()["head"] for head in heads)
    assert "upstream" not in first.stats()


def test_a_loop_of_relays_is_refused_by_name(chain: list[Gateway]) -> None:
    """It may close long after each of them began; what they have is served all the same."""
    first, second, third = chain
    first.configure(**WALK, pace="2000/s")
    session = first.start()["session"]
    for relay in (second, third):
        relay.start()
        relay.wait_for_head(10)
    first.stop()
    follow(first, third)
    for path in second.state.iterdir():
        (first.state / path.name).write_bytes(path.read_bytes())
    assert first.start()["session"] == session

    stats = first.stats_when(lambda stats: stats["source_fault"] is not None)
    assert "a loop" in stats["source_fault"]
    assert "does not follow this one" in stats["source_remedy"]
    assert len(first.client(session).read(10)) == 10


def test_a_relay_waits_for_its_upstream(chain: list[Gateway]) -> None:
    """It is ready when it has a feed session; later ones are served without the upstream."""
    first, relay, _ = chain
    first.configure(**WALK, pace="2000/s")
    relay.launch()
    session = first.start()["session"]
    assert relay.stats()["session"] == session
    relay.wait_for_head(100)
    first.stop()
    relay.stop()

    stats = relay.start()
    assert (stats["session"], stats["upstream"]["connected"]) == (session, False)
    assert len(relay.client(session).read(100)) == 100


def test_a_wrong_password_is_said_with_the_remedy(chain: list[Gateway]) -> None:
    """At the start it ends the relay with status 78."""
    first, relay, _ = chain
    first.configure(**WALK)
    first.start()
    (relay.directory / "password").write_text("wrong")
    relay.launch()

    assert relay.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert "a user there with its password" in relay.errors


@pytest.mark.parametrize(
    ("method", "parameters"),
    [("Pause", {}), ("Resume", {}), ("SetPace", {"pace": "max"}), ("NewSession", {})],
)
def test_commands_of_the_source_are_refused_by_name(
    chain: list[Gateway], method: str, parameters: dict[str, Any]
) -> None:
    """They are for the gateway at the beginning of the chain."""
    first, relay, _ = chain
    first.configure(**WALK, pace="2000/s")
    first.start()
    relay.start()

    with pytest.raises(VarlinkError) as refused:
        relay.call(method, parameters)
    assert refused.value.name == "io.tradestack.Gateway.FeedIsRelayed"
    assert address_of(first) in str(refused.value.parameters)


def test_a_relay_without_an_upstream_is_refused(daemon: Gateway) -> None:
    """The key is named, with an example."""
    daemon.configure(source="relay")
    daemon.launch()
    assert daemon.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert 'upstream = "gateway.example:8999"' in daemon.errors


def test_a_relay_of_itself_is_refused(chain: list[Gateway]) -> None:
    """It would wait forever for its own feed."""
    first, relay, _ = chain
    follow(relay, first, relay)
    relay.launch()

    assert relay.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert f"upstream {address_of(relay)}: is the address of this gateway's own" in relay.errors


def test_a_relay_goes_on_at_another_gateway_of_the_same_feed(chain: list[Gateway]) -> None:
    """The third follows the second, and the first when the second is gone."""
    first, second, third = chain
    first.configure(**WALK, pace="2000/s")
    session = first.start()["session"]
    second.start()
    follow(third, second, first)
    third.start()
    third.wait_for_head(100)
    second.kill()
    third.wait_for_head(first.stats()["head"] + 100)
    third.kill()
    first.kill()

    assert log_of(first, session).startswith(log_of(third, session))


def test_an_older_session_of_another_upstream_is_refused(chain: list[Gateway]) -> None:
    """What the relay has is not mixed with it, and goes on being served."""
    one, relay, another = chain
    ids = {}
    for upstream in (one, another):
        upstream.configure(**WALK, pace="2000/s")
        ids[upstream.start()["session"]] = upstream
    (_, other), (session, first) = sorted(ids.items())
    follow(relay, first)
    relay.start()
    relay.wait_for_head(10)
    relay.stop()
    follow(relay, other)
    relay.start()

    relay.stats_when(lambda stats: "older than" in str(stats["source_fault"]))
    assert len(relay.client(session).read(10)) == 10

    head = relay.stats()["head"]
    relay.stop()
    follow(relay, first)  # the mistake is corrected
    assert relay.start()["session"] == session
    relay.wait_for_head(head + 10)
    relay.kill()
    first.kill()
    assert log_of(first, session).startswith(log_of(relay, session))


def test_a_request_for_the_way_is_answered_once(chain: list[Gateway]) -> None:
    """Else one client could have the gateway write to all relays, as often as it likes."""
    first, *_ = chain
    first.configure(**WALK, pace="1/s")
    first.start()
    client = first.client()
    for _ in range(5):
        client.socket.sendall(encode_packet(PacketType.UNSEQUENCED_DATA, WAY_REQUEST))

    assert first.stats_when(lambda stats: stats["process"]["unsequenced_ignored"] == 4)
