"""The machine dies just after a feed session has begun, and just after one has ended."""

from pathlib import Path

from tests.kit.csv_files import PRICES_HEADER, price_rows, write
from tests.kit.gateway import Gateway
from tests.kit.small_disk import SmallDisk, needs_small_disk

TICKS = 12_000


@needs_small_disk
def test_a_session_that_was_seen_goes_on(tmp_path: Path) -> None:
    """Its id is on the disk before its first tick; the ticks are published again."""
    with SmallDisk(tmp_path) as disk, Gateway(tmp_path) as gateway:
        gateway.state = disk.path / "state"
        gateway.configure(source="random-walk", pace="1000/s", free_bytes_min="0B")
        session = gateway.start()["session"]
        seen = gateway.client().read(500)["value"].tolist()

        gateway.kill()
        disk.cut_power()
        disk.restart()

        assert gateway.start()["session"] == session
        assert gateway.client(session).read(500)["value"].tolist() == seen


@needs_small_disk
def test_a_session_that_has_ended_is_complete(tmp_path: Path) -> None:
    """Whoever was away gets the rest of it, and then its end: also if only names were synced."""
    with SmallDisk(tmp_path) as disk, Gateway(tmp_path) as gateway:
        gateway.state = disk.path / "state"
        prices = write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(TICKS))
        keys = {"prices": prices, "at_end": "end-session", "free_bytes_min": "0B"}
        gateway.configure(**keys, pace="max")
        session = gateway.start()["session"]
        seen = gateway.client().read()["value"].tolist()

        gateway.kill()
        disk.sync_names()
        disk.cut_power()
        disk.restart()

        assert len(seen) == TICKS
        assert gateway.start()["session"] == session
        assert gateway.client(session, 501).read()["value"].tolist() == seen[500:]
