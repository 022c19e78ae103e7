"""Another program cuts the log of the session that is being published."""

from pathlib import Path

from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tests.kit.gateway import Gateway

TICKS = 2_000


def test_nothing_is_served_that_was_not_published(tmp_path: Path) -> None:
    """The gateway ends at the next tick, and a restart publishes the rest under its numbers."""
    with Gateway(tmp_path) as gateway:
        prices = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(TICKS))
        keys = {"prices": prices, "at_end": "end-session"}
        gateway.configure(**keys, pace="200/s")
        session = gateway.start()["session"]
        client = gateway.client()
        before = client.read(100)["value"].tolist()
        log = gateway.state / f"{session}.feed"

        with log.open("r+b") as file:
            file.truncate(64 * 20 + 7)

        assert gateway.wait() == 1
        assert f"{log} ends at byte {64 * 20 + 7} instead of" in gateway.errors
        assert log.stat().st_size == 64 * 20 + 7
        rest = client.rest()
        gateway.configure(**keys, pace="max")
        assert gateway.start()["session"] == session
        following = gateway.client(session, 1 + len(before) + len(rest)).read()
        everything = gateway.client(session).read()["value"].tolist()
        assert len(everything) == TICKS
        assert everything[: len(before)] == before
        assert everything[len(before) + len(rest) :] == following["value"].tolist()
        assert 0 not in everything
