"""The gateway that a relay follows is none: what it sends becomes file names and a log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.gateway import USER, Gateway
from tests.kit.upstream_port import Upstream, a_tick
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT

SESSION = "0ABCDE1234"


UNSOUND = {
    "a symbol of bytes": a_tick(symbol=b"\xff\xfe".ljust(24)),
    "a time before": a_tick(event_time_ns=1),
}


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Provide a port that a relay follows."""
    upstream = Upstream()
    yield upstream
    upstream.close()


@pytest.fixture
def relay(tmp_path: Path, upstream: Upstream) -> Iterator[Gateway]:
    """Provide a relay of that port, in a directory of its own; it is not started."""
    directory = tmp_path / "relay"
    directory.mkdir()
    with Gateway(directory) as relay:
        password = directory / "password"
        password.write_text(PASSWORD)
        relay.configure(
            source="relay",
            upstream="{}:{}".format(*upstream.address),
            upstream_user=USER,
            password_file=password,
        )
        yield relay


@pytest.mark.parametrize("session", ["../../here", "/tmp/here"])
def test_its_session_is_named_like_a_path(
    tmp_path: Path, relay: Gateway, upstream: Upstream, session: str
) -> None:
    """No file is made, in the relay's directory or elsewhere; the start is refused in words."""
    relay.launch()
    upstream.answer(session, a_tick())

    assert relay.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert f"its feed session has the id {session!r}" in relay.errors
    assert not [*tmp_path.rglob("*here*"), *Path("/tmp").glob("here*")]


@pytest.mark.parametrize("packet", UNSOUND.values(), ids=UNSOUND)
def test_it_sends_ticks_that_no_source_gives(
    relay: Gateway, upstream: Upstream, packet: bytes
) -> None:
    """The relay publishes what came before, says what is wrong, and can be started again."""
    relay.launch()
    upstream.answer(SESSION, a_tick())
    client = relay.client()
    assert len(client.read(1)) == 1

    upstream.answer(SESSION, packet, sequence=2)

    stats = relay.stats_when(lambda stats: stats["source_state"] == "fault")
    assert stats["head"] == 1
    assert "message 2 has the " in stats["last_error"]
    relay.kill()
    assert relay.start()["head"] == 1
