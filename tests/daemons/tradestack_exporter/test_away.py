"""An exporter and a gateway that reads its streams: what they say while one of them is away."""

from pathlib import Path

from tests.daemons.tradestack_exporter.conftest import Way
from tests.daemons.tradestack_exporter.test_exporter import WALK
from tests.kit.exporter import Exporter
from tests.kit.gateway import Gateway
from tests.kit.nats import NatsServers

LOGIN = 'authorization { user: "reader", password: "secret" }'


def test_an_importer_without_streams_says_what_it_waits_for(way: Way) -> None:
    """The server answers, but nobody has exported anything."""
    way.importer.launch()

    way.importer.wait_for_words("no feed session yet: waiting for the feed of FEED on nats://")
    way.importer.wait_for_words("no stream FEED_* there: does an exporter run?")


def test_a_refused_password_is_read_again_and_a_lost_server_is_told(tmp_path: Path) -> None:
    """Without a restart of the gateway, which serves what it has."""
    for name in ("source", "exporter", "importer"):
        (tmp_path / name).mkdir()
    password = tmp_path / "password"
    password.write_text("secret")
    with (
        NatsServers(tmp_path, more=LOGIN) as servers,
        Gateway(tmp_path / "source") as source,
        Gateway(tmp_path / "importer") as importer,
        Exporter(tmp_path / "exporter", source, servers) as exporter,
    ):
        login = {"user": "reader", "password_file": str(password)}
        nats = {"servers": list(servers.urls), **login}
        importer.configure(source="nats", nats=nats)
        exporter.configure(nats=nats)
        source.configure(**WALK, pace="2000/s")
        source.start()
        exporter.start()
        assert importer.start()["upstream"]["connected_to"] is not None
        importer.wait_for_head(10)
        exporter.stop()
        servers.kill(0)
        away = importer.stats_when(lambda stats: stats["upstream"]["fault"] is not None)
        password.write_text("wrong")
        servers.launch(0)
        importer.stats_when(lambda stats: stats["source_fault"] is not None)
        password.write_text("secret")
        exporter.start()

        importer.wait_for_head(away["head"] + 10)
    assert away["upstream"]["connected_to"] is None


def test_sessions_that_were_not_exported_are_counted(way: Way) -> None:
    """One began and ended while the exporter was down; the warning names those around it."""
    way.source.configure(**WALK, pace="2000/s")
    session = way.source.start()["session"]
    way.exporter.start()
    way.exporter.stats_when(lambda stats: stats["head"] > 10)
    way.exporter.kill()
    skipped, present = (way.source.call("NewSession")["session"] for _ in range(2))
    way.exporter.start()
    way.exporter.stats_when(lambda stats: stats["process"]["sessions_skipped"] == 1)
    way.exporter.stats_when(lambda stats: stats["session"] == present)

    assert f"session={present} comes after {session} here" in way.exporter.errors
    assert f"had {skipped} in between" in way.exporter.errors
