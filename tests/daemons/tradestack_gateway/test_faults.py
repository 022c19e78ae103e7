"""The gateway with bad rows and full disks."""

import signal
from typing import Any

from tests.daemons.tradestack_gateway.played import NEWS_TIMES, PRICES, ended
from tests.kit.csv_files import (
    PRICES_HEADER,
    price_rows,
    write,
)
from tests.kit.daemon import FILE_SIZE_UNLIMITED
from tests.kit.gateway import Gateway
from tradestack.store.feed_log import FEED_LOG_SUFFIX


def test_a_bad_file_is_an_operator_fault_with_its_line(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """It is found before anything is served: exit status 78, and no session is left."""
    write(sources["prices"], PRICES_HEADER + price_rows(100, first=5) + price_rows(1))
    daemon.configure(**sources)
    daemon.launch()

    assert daemon.wait() == 78
    assert f"{sources['prices']}: line 102: timestamp is earlier" in daemon.errors
    assert list(daemon.state.glob("*.feed")) == []


def test_a_fault_in_a_large_file_stops_publication(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """Sent ticks stay; the daemon reports the fault and holds, also after a restart."""
    text = PRICES_HEADER + price_rows(PRICES) + price_rows(1)
    write(sources["prices"], text)
    daemon.configure(prices=sources["prices"], pace="max", validate_bytes_max="1KiB")
    session = daemon.start()["session"]
    stats = daemon.stats_when(lambda stats: stats["source_state"] == "fault")
    assert stats["head"] == PRICES
    assert f"line {PRICES + 2}: timestamp is earlier" in stats["source_fault"]
    assert "source fault" in stats["last_error"]
    daemon.kill()

    daemon.start()
    again = daemon.stats_when(lambda stats: stats["source_state"] == "fault")
    assert (again["session"], again["head"]) == (session, PRICES)
    assert len(daemon.client().read(PRICES)) == PRICES


def test_refused_rows_are_counted_over_a_restart(daemon: Gateway, sources: dict[str, Any]) -> None:
    """The check logs one line for each; a restart does not repeat them."""
    rows = price_rows(10) + "bad row\n" + price_rows(10, first=10)
    write(sources["prices"], PRICES_HEADER + rows)
    daemon.configure(prices=sources["prices"], pace="max", at_end="hold")
    daemon.start()
    assert daemon.stats_when(ended)["rows_rejected"] == 1
    daemon.kill()

    daemon.start()

    assert daemon.stats_when(ended)["rows_rejected"] == 1
    assert daemon.errors.count("row refused") == 1
    assert daemon.errors.count("source checked") == 1


def test_a_full_disk_leaves_no_hole(daemon: Gateway, sources: dict[str, Any]) -> None:
    """Publication is blocked, and continues with the same tick when there is space."""
    daemon.configure(**sources, pace="2000/s", at_end="end-session")
    daemon.start()
    client = daemon.client()
    daemon.limit_file_size(64 * 1_000 + 10)

    stats = daemon.stats_when(lambda stats: stats["publication_blocked"] is not None)
    assert stats["head"] <= 1_000
    assert f"{FEED_LOG_SUFFIX}: " in stats["publication_blocked"]  # which file, and so which disk
    daemon.limit_file_size(FILE_SIZE_UNLIMITED)

    values = client.read()
    daemon.stats_when(ended)
    assert len(values) == PRICES + len(NEWS_TIMES)
    assert daemon.stats()["publication_blocked"] is None


def test_publishing_stops_below_the_required_free_space(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """Old logs without readers are deleted first; then publication is blocked."""
    daemon.configure(**sources, pace="max", at_end="hold", sessions_kept=10)
    sessions = [daemon.start()["session"]]
    for _ in range(2):
        daemon.stats_when(ended)
        sessions.append(daemon.call("NewSession")["session"])
    daemon.stats_when(ended)
    reader = daemon.client(session=sessions[1])

    keys = {**sources, "pace": "max", "at_end": "hold", "sessions_kept": 10}
    daemon.configure(**keys, free_bytes_min="1000000TiB")
    daemon.signal(signal.SIGHUP)
    sessions.append(daemon.call("NewSession")["session"])
    stats = daemon.stats_when(lambda stats: stats["publication_blocked"] is not None)

    assert stats["head"] == 0
    assert "MiB free, free_bytes_min is" in stats["publication_blocked"]
    kept = {sessions[1], sessions[3]}
    daemon.stats_when(lambda _stats: {path.stem for path in daemon.state.glob("*.feed")} == kept)
    assert len(reader.read()) == PRICES + len(NEWS_TIMES)
    daemon.configure(**keys, free_bytes_min="0B")
    daemon.signal(signal.SIGHUP)
    daemon.stats_when(ended)
    assert len(daemon.logged(sessions[3])) == PRICES + len(NEWS_TIMES)
    assert daemon.stats()["publication_blocked"] is None
