"""The gateway's control socket: pace, clients, ticks as text, new sessions."""

import signal
from typing import Any

import pytest

from tests.daemons.tradestack_gateway.played import NEWS_TIMES, PRICES, ended
from tests.kit.csv_files import (
    write,
)
from tests.kit.full_disk import fill, needs_root, small_disk
from tests.kit.gateway import Gateway
from tradestack.wire.varlink import VarlinkError


def test_pause_and_pace_survive_a_kill(daemon: Gateway, sources: dict[str, Any]) -> None:
    """Another pace in the config replaces the one that was set by command."""
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


def test_a_reload_changes_the_pace_and_names_waiting_keys(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """The pace applies at once, sources with the next session, a suffix after a restart."""
    config = "io.tradestack.Daemon.GetConfig"
    daemon.configure(**sources, pace="1/s", at_end="hold")
    daemon.start()
    before = daemon.call(config)["config"]
    daemon.configure(**sources, pace="max", at_end="hold", segment_suffix="-other", walk_seed=7)
    daemon.signal(signal.SIGHUP)
    daemon.stats_when(ended)

    reloaded = daemon.call(config)
    daemon.call("io.tradestack.Gateway.NewSession")
    in_next_session = daemon.call(config)

    assert reloaded["config"] == {**before, "pace": "max"}
    assert reloaded["pending"] == {
        "segment_suffix": {"value": "-other", "holds": "restart"},
        "walk_seed": {"value": 7, "holds": "next session"},
    }
    assert in_next_session["config"] == {**before, "pace": "max", "walk_seed": 7}
    assert in_next_session["pending"].keys() == {"segment_suffix"}
    assert daemon.stats()["config_pending"] == {"segment_suffix": "restart"}


def test_clients_are_listed(daemon: Gateway, sources: dict[str, Any]) -> None:
    """The list has user, address, position and bytes sent of each client."""
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


def test_ticks_can_be_read_as_text(daemon: Gateway, sources: dict[str, Any]) -> None:
    """ReadTicks starts at a number, selects a symbol, and has decimal numbers and UTC times."""
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


def test_follow_continues_in_the_next_session(daemon: Gateway, sources: dict[str, Any]) -> None:
    """ReadTicks with follow returns ticks of the session that begins afterwards."""
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
    """The daemon continues to run."""
    daemon.configure(**sources, pace="max", at_end="hold")
    daemon.start()

    with pytest.raises(VarlinkError, match=error):
        daemon.call_to_the_end(method, parameters)

    daemon.stats_when(ended)


def test_bad_new_sources_do_not_end_the_session(daemon: Gateway, sources: dict[str, Any]) -> None:
    """NewSession is refused with the reason."""
    daemon.configure(**sources, pace="max", at_end="hold")
    session = daemon.start()["session"]
    daemon.stats_when(ended)
    write(sources["prices"], "nonsense\n")

    with pytest.raises(VarlinkError, match='columns "timestamp", "symbol" and "price" missing'):
        daemon.call("NewSession")

    assert daemon.stats()["session"] == session


@needs_root
def test_a_session_that_finds_no_room_says_where(daemon: Gateway, sources: dict[str, Any]) -> None:
    """With the directory, and what makes room; the present session goes on."""
    with small_disk(daemon.state) as disk:
        daemon.configure(**sources, pace="1/s", free_bytes_min="0B")
        session = daemon.start()["session"]
        fill(disk)

        with pytest.raises(VarlinkError) as failed:
            daemon.call("NewSession")

        assert str(disk) in failed.value.parameters["reason"]
        assert "tradestackctl prune" in failed.value.parameters["reason"]
        assert daemon.stats()["session"] == session
        daemon.close()
