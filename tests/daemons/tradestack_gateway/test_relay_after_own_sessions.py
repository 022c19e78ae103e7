"""A gateway that has played sources of its own, and becomes a relay, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemons.tradestack_gateway.test_relay import WALK, follow, log_of
from tests.kit.gateway import Gateway


@pytest.fixture
def gateways(tmp_path: Path) -> Iterator[tuple[Gateway, Gateway]]:
    """Return one whose session began first, and its relay, which had a session of its own since."""
    for name in ("first", "relay"):
        (tmp_path / name).mkdir()
    with Gateway(tmp_path / "first") as first, Gateway(tmp_path / "relay") as relay:
        first.configure(**WALK, pace="2000/s")
        first.start()
        relay.configure(**WALK, pace="2000/s")
        while relay.start()["session"] <= first.stats()["session"]:  # ids of one second
            relay.call("NewSession")
            relay.stop()
        relay.stop()
        follow(relay, first)
        assert relay.start()["session"] == first.stats()["session"]
        relay.wait_for_head(100)
        yield first, relay


def test_it_goes_on_with_a_session_that_is_older_than_its_own(
    gateways: tuple[Gateway, Gateway],
) -> None:
    """Its own sessions do not count, whatever their ids."""
    first, relay = gateways
    session = first.stats()["session"]
    relay.kill()
    assert relay.start()["session"] == session
    relay.wait_for_head(first.stats()["head"] + 100)
    relay.kill()
    first.kill()

    assert log_of(first, session).startswith(log_of(relay, session))


def test_a_session_of_the_other_gateway_is_not_ended_by_this_one(
    gateways: tuple[Gateway, Gateway],
) -> None:
    """With sources of its own again, it does not serve a part as the whole; later it goes on."""
    first, relay = gateways
    session = first.stats()["session"]
    relay.stop()
    relay.configure(**WALK, pace="2000/s")
    assert relay.start()["session"] != session
    assert relay.client(session).rejected
    relay.stop()
    follow(relay, first)
    assert relay.start()["session"] == session
    relay.wait_for_head(first.stats()["head"] + 100)

    assert len(relay.client(session).read(100)) == 100
