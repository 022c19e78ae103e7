"""The gateway as a process: real sockets, files, shared memory, signals, kills and full disks."""

import json
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.kit.csv_files import (
    NEWS_HEADER,
    PRICES_HEADER,
    SHARED_DATA,
    news_rows,
    price_rows,
    read_file,
    write,
)
from tests.kit.daemon import FILE_SIZE_UNLIMITED
from tests.kit.gateway import Gateway

from tradestack.store.books import SharedNewsBook, SharedPriceBook
from tradestack.wire.feed import TickRecords
from tradestack.wire.varlink import VarlinkError

PRICES = 4_000
NEWS_TIMES = (0, 5, 5, 1_500, 3_999)


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, Any]:
    """A small pair of files, as config keys."""
    return {
        "prices": write(tmp_path / "prices.csv", PRICES_HEADER + price_rows(PRICES)),
        "sentiment": write(tmp_path / "sentiment.csv", NEWS_HEADER + news_rows(*NEWS_TIMES)),
    }


def messages(records: TickRecords) -> bytes:
    """All of the records but the times of publishing."""
    copy = records.copy()
    copy["publish_time_ns"] = 0
    return copy.tobytes()


def ended(stats: dict[str, Any]) -> bool:
    """Whether the source has."""
    return bool(stats["source_state"] == "ended")


def test_a_session_from_file_to_client_log_books_and_counters(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """The same messages everywhere, in one order, and Z at the end."""
    daemon.configure(**sources, pace="max", at_end="end-session")
    daemon.start()

    records = daemon.client().read()

    stats = daemon.stats_when(ended)
    logged = daemon.logged(stats["session"])
    keys = records["event_time_ns"].astype(np.int64) * 2 + (records["kind"] == ord("N"))
    assert records.tobytes() == logged.tobytes()
    assert (np.diff(keys) >= 0).all()
    assert (records["publish_time_ns"] > 0).all()
    assert stats["head"] == stats["ticks_total"] == PRICES + len(NEWS_TIMES)
    assert (stats["prices_total"], stats["news_total"]) == (PRICES, len(NEWS_TIMES))
    assert stats["log_bytes"] == 64 * stats["head"]
    prices = SharedPriceBook.attach(f"{SharedPriceBook.NAME}{daemon.suffix}")
    news = SharedNewsBook.attach(f"{SharedNewsBook.NAME}{daemon.suffix}")
    entry, sentiment = prices.read("AA"), news.read("AA")
    assert entry is not None
    assert sentiment is not None
    assert entry.value == (10 + PRICES - 1) * 10**8 + 25 * 10**6
    assert sentiment.sequence == stats["head"]
    prices.close()
    news.close()
    assert daemon.stop() == 0


def test_the_real_session_has_the_numbers_that_everybody_counts() -> None:
    """199,229 prices and 104 news, as an independent script counts them."""
    if not SHARED_DATA.exists():
        pytest.skip(f"{SHARED_DATA} is not here")
    prices = read_file(SHARED_DATA / "real" / "prices.csv.gz")
    news = read_file(SHARED_DATA / "real" / "sentiment.csv")

    assert (len(prices), len(news)) == (199_229, 104)


def test_a_killed_gateway_goes_on_at_the_next_number(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """Killed again and again at any place, it makes what an undisturbed one makes."""
    daemon.configure(**sources, pace="max", at_end="end-session")
    daemon.start()
    undisturbed = messages(daemon.client().read())
    daemon.stop()
    for path in daemon.state.iterdir():
        path.unlink()

    daemon.configure(**sources, pace="3000/s", at_end="end-session")
    session = daemon.start()["session"]
    for head in (1, 700, 1_400, 3_000):
        daemon.stats_when(lambda stats, head=head: stats["head"] >= head)
        daemon.kill()
        stats = daemon.start()
        assert stats["session"] == session
        assert stats["prices_total"] + stats["news_total"] == stats["head"]
    daemon.stats_when(ended)

    assert messages(daemon.logged(session)) == undisturbed
    assert messages(daemon.client(session).read()) == undisturbed


def test_a_torn_log_is_made_again_under_the_same_numbers(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """As after a power cut that took the end of the file."""
    daemon.configure(**sources, pace="max", at_end="hold")
    session = daemon.start()["session"]
    daemon.stats_when(ended)
    daemon.kill()
    whole = messages(daemon.logged(session))
    path = daemon.state / f"{session}.feed"
    with path.open("r+b") as file:
        file.truncate(1_000 * 64 + 17)

    assert daemon.start()["session"] == session
    daemon.stats_when(ended)

    assert messages(daemon.logged(session)) == whole


@pytest.mark.parametrize("position", [{}, {"prices": 1, "news": None}])
def test_a_checkpoint_that_is_not_understood_begins_another_session(
    daemon: Gateway, sources: dict[str, Any], position: dict[str, Any]
) -> None:
    """And says so, instead of dying of it at each start."""
    daemon.configure(**sources, pace="max", at_end="hold")
    session = daemon.start()["session"]
    daemon.stats_when(ended)
    daemon.kill()
    path = daemon.state / f"{session}.json"
    sidecar = json.loads(path.read_bytes())
    sidecar["checkpoints"] = [{"sequence": 1, "prices_total": 1, "position": position}]
    path.write_text(json.dumps(sidecar))

    assert daemon.start()["session"] != session


def test_other_sources_begin_another_session(daemon: Gateway, sources: dict[str, Any]) -> None:
    """And who asks for the old one is told its end; its log stays."""
    daemon.configure(**sources, pace="max", at_end="hold")
    old = daemon.start()["session"]
    daemon.stats_when(ended)
    daemon.stop()
    write(sources["prices"], PRICES_HEADER + price_rows(10))

    new = daemon.start()["session"]

    assert new != old
    assert len(daemon.client(old).read()) == PRICES + len(NEWS_TIMES)
    daemon.stats_when(lambda stats: ended(stats) and stats["head"] == 10 + len(NEWS_TIMES))


def test_a_loop_is_one_session_after_the_other(daemon: Gateway, sources: dict[str, Any]) -> None:
    """Each from number 1 with Z at its end; old ones are removed."""
    daemon.configure(**sources, pace="max", at_end="loop", sessions_kept=2)
    first = daemon.start()["session"]
    everything = messages(daemon.client(first).read())

    daemon.stats_when(lambda stats: stats["process"]["sessions_started"] >= 4)

    second = daemon.client()
    assert second.session_id != first
    assert messages(second.read()) == everything
    assert len(list(daemon.state.glob("*.feed"))) <= 4
    assert daemon.client("NEVERTHERE").rejected


def test_hold_waits_and_a_new_session_begins_again(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """NewSession ends the old one for whoever follows it."""
    daemon.configure(**sources, pace="max", at_end="hold")
    first = daemon.start()["session"]
    client = daemon.client()
    daemon.stats_when(ended)

    second = daemon.call("NewSession")["session"]

    assert second != first
    assert len(client.read()) == PRICES + len(NEWS_TIMES)
    daemon.stats_when(lambda stats: ended(stats) and stats["session"] == second)


def test_an_ended_session_is_still_served_after_a_restart(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """With end-session the daemon stays up, and does not begin anew by itself."""
    daemon.configure(**sources, pace="max", at_end="end-session")
    session = daemon.start()["session"]
    daemon.stats_when(ended)
    daemon.kill()

    assert daemon.start()["session"] == session
    assert len(daemon.client().read()) == PRICES + len(NEWS_TIMES)


def test_pause_and_pace_hold_over_a_kill(daemon: Gateway, sources: dict[str, Any]) -> None:
    """Until told otherwise; another pace in the config overrules the one that was set."""
    daemon.configure(**sources, pace="100/s", at_end="hold")
    daemon.start()
    daemon.call("SetPace", {"pace": "200/s"})
    daemon.call("Pause")
    paused_at = daemon.stats_when(lambda stats: stats["source_state"] == "paused")["head"]
    daemon.kill()

    stats = daemon.start()
    assert (stats["source_state"], stats["pace"], stats["head"]) == ("paused", "200/s", paused_at)
    daemon.stop()

    daemon.configure(**sources, pace="max", at_end="hold")
    assert daemon.start()["pace"] == "max"
    daemon.call("Resume")
    daemon.stats_when(ended)


def test_a_reload_changes_the_pace_and_names_what_waits(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """The pace holds at once, a source key from the next session on, an address after a restart."""
    config = "io.tradestack.Daemon.GetConfig"
    daemon.configure(**sources, pace="1/s", at_end="hold")
    daemon.start()
    before = daemon.call(config)["config"]
    daemon.configure(**sources, pace="max", at_end="hold", listen="127.0.0.1:1", walk_seed=7)
    daemon.signal(signal.SIGHUP)
    daemon.stats_when(ended)

    reloaded = daemon.call(config)
    daemon.call("io.tradestack.Gateway.NewSession")
    in_next_session = daemon.call(config)

    assert reloaded["config"] == {**before, "pace": "max"}
    assert reloaded["pending"] == {
        "listen": {"value": "127.0.0.1:1", "holds": "restart"},
        "walk_seed": {"value": 7, "holds": "next session"},
    }
    assert in_next_session["config"] == {**before, "pace": "max", "walk_seed": 7}
    assert in_next_session["pending"].keys() == {"listen"}
    assert daemon.stats()["config_pending"] == {"listen": "restart"}


def test_a_bad_file_is_the_operators_and_names_its_line(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """Checked before anything is served: exit 78, and not a session left."""
    write(sources["prices"], PRICES_HEADER + price_rows(100, first=5) + price_rows(1))
    daemon.configure(**sources)
    daemon.launch()

    assert daemon.wait() == 78
    assert f"{sources['prices']}: line 102: timestamp is earlier" in daemon.errors
    assert list(daemon.state.glob("*.feed")) == []


def test_a_fault_in_a_large_file_stops_publication_there(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """What was sent stays, the daemon holds and says so, also after a restart."""
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


def test_refused_rows_are_counted_and_the_count_survives(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """One log line each, from the check before; none again at the restart."""
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


def test_a_full_disk_stops_publishing_and_leaves_no_hole(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """It says so, stays up, and goes on with the same tick when there is room."""
    daemon.configure(**sources, pace="2000/s", at_end="end-session")
    daemon.start()
    client = daemon.client()
    daemon.limit_file_size(64 * 1_000 + 10)

    stats = daemon.stats_when(lambda stats: stats["publication_blocked"] is not None)
    assert stats["head"] <= 1_000
    daemon.limit_file_size(FILE_SIZE_UNLIMITED)

    values = client.read()
    daemon.stats_when(ended)
    assert len(values) == PRICES + len(NEWS_TIMES)
    assert daemon.stats()["publication_blocked"] is None


def test_publishing_stops_while_less_is_free_than_asked_for(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """Old logs make room first, but not under a reader; then it waits, and says so."""
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


def test_clients_are_listed(daemon: Gateway, sources: dict[str, Any]) -> None:
    """Who, from where, how far, how much."""
    daemon.configure(**sources, pace="max", at_end="hold")
    session = daemon.start()["session"]
    daemon.client().read(PRICES + len(NEWS_TIMES))

    (listed,) = daemon.call("ListClients")["clients"]

    assert listed["user"] == "guest"
    assert listed["peer"].startswith("127.0.0.1:")
    assert listed["session"] == session
    assert listed["cursor"] == PRICES + len(NEWS_TIMES) + 1
    assert listed["lag"] == 0
    assert listed["bytes_sent"] >= 64 * (PRICES + len(NEWS_TIMES))


def test_ticks_can_be_read_by_people(daemon: Gateway, sources: dict[str, Any]) -> None:
    """From a number, of one symbol, in decimal numbers and UTC."""
    daemon.configure(**sources, pace="max", at_end="hold")
    session = daemon.start()["session"]
    daemon.stats_when(ended)

    ticks = list(daemon.read_ticks(**{"from": 1, "symbol": "AA"}))

    assert len(ticks) == (PRICES + 2) // 3 + len(NEWS_TIMES)
    assert ticks[0] | {"publish_time": ""} == {
        "session": session,
        "sequence": 1,
        "kind": "price",
        "symbol": "AA",
        "event_time": "2026-01-15T14:30:00.000000Z",
        "publish_time": "",
        "value": "10.25",
        "size": "0",
    }
    assert ticks[1]["kind"] == "news"
    assert [tick["sequence"] for tick in daemon.read_ticks()] == [PRICES + len(NEWS_TIMES)]


def test_who_follows_goes_on_in_the_next_session(daemon: Gateway, sources: dict[str, Any]) -> None:
    """ReadTicks with follow sees the end of one and the beginning of the other."""
    daemon.configure(**sources, pace="max", at_end="hold")
    daemon.start()
    head = daemon.stats_when(ended)["head"]
    ticks = daemon.read_ticks(**{"from": head, "follow": True})
    assert next(ticks)["sequence"] == head

    session = daemon.call("NewSession")["session"]

    following = next(ticks)
    assert (following["session"], following["sequence"]) == (session, 1)
    ticks.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("method", "parameters", "error"),
    [
        ("SetPace", {"pace": "soon"}, "InvalidPace"),
        ("ReadTicks", {"symbol": "no such symbol"}, "InvalidParameter"),
        ("ReadTicks", {"from": -1}, "InvalidParameter"),
    ],
)
def test_wrong_parameters_are_answered_with_errors(
    daemon: Gateway, sources: dict[str, Any], method: str, parameters: dict[str, Any], error: str
) -> None:
    """And the daemon lives on."""
    daemon.configure(**sources, pace="max", at_end="hold")
    daemon.start()

    with pytest.raises(VarlinkError, match=error):
        daemon.call_to_the_end(method, parameters)

    daemon.stats_when(ended)


def test_new_sources_that_are_bad_leave_the_session_as_it_is(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """NewSession is refused with the reason."""
    daemon.configure(**sources, pace="max", at_end="hold")
    session = daemon.start()["session"]
    daemon.stats_when(ended)
    write(sources["prices"], "nonsense\n")

    with pytest.raises(VarlinkError, match="header not found on line 1"):
        daemon.call("NewSession")

    assert daemon.stats()["session"] == session


def test_start_at_leaves_out_what_was_before(daemon: Gateway, sources: dict[str, Any]) -> None:
    """Message 1 is the first at or after that time."""
    daemon.configure(
        **sources, pace="max", at_end="end-session", start_at="2026-01-15T14:30:03.500Z"
    )
    daemon.start()

    records = daemon.client().read()

    assert len(records) == 500 + 1
    assert records["event_time_ns"][0] % 10**9 == 500_000_000


def test_a_random_walk_needs_no_files_and_survives_kills(daemon: Gateway) -> None:
    """The same walk goes on at the next number."""
    daemon.configure(source="random-walk", pace="max", walk_symbols=50)
    session = daemon.start()["session"]
    daemon.stats_when(lambda stats: stats["head"] > 50_000)
    daemon.kill()
    assert daemon.start()["session"] == session
    daemon.call("Pause")
    head = daemon.stats()["head"]
    killed = messages(daemon.logged(session)[:head])
    daemon.stop()
    for path in daemon.state.iterdir():
        path.unlink()

    session = daemon.start()["session"]
    daemon.call("Resume") if daemon.stats()["source_state"] == "paused" else None
    daemon.stats_when(lambda stats: stats["head"] >= head)

    assert messages(daemon.logged(session)[:head]) == killed
