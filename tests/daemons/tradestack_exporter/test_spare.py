"""Two exporters of one feed, and a feed that is at another place than the streams."""

from typing import Any

from tests.daemons.tradestack_exporter.conftest import Way
from tests.kit.csv_files import NEWS_HEADER, PRICES_HEADER, news_rows, price_rows, write
from tests.kit.exporter import Exporter
from tradestack.engine.connection import connect
from tradestack.engine.stream import create_stream, delete_stream
from tradestack.wire.feed_slab import StreamEnd, end_headers, slab_headers

WALK: dict[str, Any] = {"source": "random-walk", "walk_seed": 7, "walk_symbols": 20}
NEWER = "9ABCDE1234"  # than any that a gateway begins now


def test_of_two_exporters_one_is_the_spare_until_the_other_is_killed(way: Way) -> None:
    """It is healthy: no fault, no warning, one line; the stream has every message once."""
    spare_directory = way.exporter.directory / "spare"
    spare_directory.mkdir()
    way.source.configure(**WALK, pace="20000/s")
    session = way.source.start()["session"]
    way.exporter.start()
    way.exporter.stats_when(lambda stats: stats["head"] > 1_000)
    way.importer.start()
    with Exporter(spare_directory, way.source, way.servers) as spare:
        spare.start()
        head = spare.stats_when(lambda stats: stats["state"] == "spare")["head"]
        stats = spare.stats_when(lambda stats: stats["head"] > head)  # it has looked again
        assert (stats["server_fault"], stats["stream"]) == (None, f"FEED_{session}")
        assert way.exporter.stats()["state"] == "exporting"
        assert spare.errors.count(f"spare: another exporter writes FEED_{session}") == 1
        assert "connection to server lost" not in spare.errors
        assert (
            spare.errors.count(f"connected to server address=127.0.0.1:{way.servers.ports[0]}") == 1
        )

        way.exporter.kill()
        way.importer.wait_for_head(spare.stats()["head"] + 50_000)
        assert spare.stats()["state"] == "exporting"
        assert "the other exporter writes no more" in spare.errors
        way.importer.kill()

    written = way.log_of(way.source, session)
    assert written.startswith(way.log_of(way.importer, session))


async def test_a_spare_waits_for_a_feed_that_is_behind(way: Way) -> None:
    """It goes on when the newer stream is not there any more: a relay would reach its session."""
    way.source.configure(**WALK, pace="20000/s")
    way.source.start()
    way.exporter.start()
    way.exporter.stats_when(lambda stats: stats["head"] > 100)
    way.exporter.kill()
    async with await connect(way.servers.settings()) as connection:
        await create_stream(connection, f"FEED_{NEWER}", replicas=1)
        way.exporter.start()
        stats = way.exporter.stats_when(lambda stats: stats["server_fault"] is not None)
        await delete_stream(connection, f"FEED_{NEWER}")
    way.exporter.stats_when(lambda stats: stats["process"]["messages"] > 100)

    assert f"is older than {NEWER}, the newest stream" in stats["server_fault"]


def test_a_session_that_was_exported_to_its_end_needs_no_warning(way: Way) -> None:
    """The exporter starts again while the feed is over; the next session is exported as well."""
    prices = write(way.source.directory / "prices.csv", PRICES_HEADER + price_rows(20))
    news = write(way.source.directory / "news.csv", NEWS_HEADER + news_rows(0))
    files = {"prices": prices, "sentiment": news}
    way.source.configure(**files, pace="max", at_end="end-session")
    way.source.start()
    way.exporter.start()
    way.exporter.stats_when(lambda stats: stats["process"]["sessions_sealed"] == 1)
    way.exporter.kill()
    way.exporter.start()
    begun = way.source.call("NewSession")["session"]
    way.exporter.stats_when(lambda stats: bool(stats["session"] == begun and stats["head"] == 21))

    assert "ended before" not in way.exporter.errors


async def test_what_the_feed_has_beyond_the_end_of_its_stream_is_told(way: Way) -> None:
    """Once: another exporter has given the session up, and its gateway is back."""
    way.source.configure(**WALK, pace="20000/s")
    session = way.source.start()["session"]
    packets = way.source.client().read(10).tobytes()
    async with await connect(way.servers.settings()) as connection:
        stream = await create_stream(connection, f"FEED_{session}", replicas=1)
        await stream.append(packets, expected_last=0, headers=slab_headers(1, packets))
        end = end_headers(11, StreamEnd.ABANDONED)
        await stream.append(b"", expected_last=1, headers=end)
    way.exporter.start()
    begun = way.source.call("NewSession")["session"]
    way.exporter.stats_when(lambda stats: stats["session"] == begun and stats["head"] > 0)

    assert way.exporter.errors.count("the stream was ended before, at message 10") == 1
