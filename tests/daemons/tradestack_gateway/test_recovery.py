"""The gateway after kills, damage and changes of its sources."""

import json
import re
import subprocess
from typing import Any

import pytest

from tests.daemons.tradestack_gateway.played import NEWS_TIMES, PRICES, ended, messages
from tests.kit.csv_files import (
    PRICES_HEADER,
    price_rows,
    write,
)
from tests.kit.gateway import Gateway
from tradestack.ctl.main import run


def test_a_killed_gateway_continues_at_the_next_number(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """After several kills at any place, the log equals that of an undisturbed gateway."""
    daemon.configure(**sources, pace="max", at_end="end-session")
    daemon.start()
    undisturbed = messages(daemon.client().read())
    daemon.stop()
    for path in daemon.state.iterdir():
        path.unlink()

    daemon.configure(**sources, pace="3000/s", at_end="end-session")
    session = daemon.start()["session"]
    for head in (1, 700, 1_400, 3_000):
        daemon.wait_for_head(head)
        daemon.kill()
        stats = daemon.start()
        assert stats["session"] == session
        assert stats["prices_total"] + stats["news_total"] == stats["head"]
    daemon.stats_when(ended)

    assert messages(daemon.logged(session)) == undisturbed
    assert messages(daemon.client(session).read()) == undisturbed


def test_lost_ticks_are_published_again_under_the_same_numbers(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """A power cut may have cut off the end of the file."""
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


def test_what_the_check_says_of_a_damaged_log_lets_the_gateway_start(
    daemon: Gateway, sources: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """It is cut before the damage, and what followed is published again."""
    daemon.configure(**sources, pace="max", at_end="hold")
    session = daemon.start()["session"]
    daemon.stats_when(ended)
    daemon.kill()
    whole = messages(daemon.logged(session))
    path = daemon.state / f"{session}.feed"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size - 64 * 3)
        file.write(b"\xff" * 8)
    daemon.launch()
    assert daemon.wait() == 78

    assert run(["journal", "check", str(path)]) == 78
    command = re.search("`(truncate -s [0-9]+ [^`]+)`", capsys.readouterr().out)
    assert command is not None
    assert command[0] in daemon.errors
    subprocess.run(command[1].split(), check=True)

    assert daemon.start()["session"] == session
    daemon.stats_when(ended)
    assert messages(daemon.logged(session)) == whole


@pytest.mark.parametrize("position", [{}, {"prices": 1, "news": None}])
def test_an_invalid_checkpoint_begins_another_session(
    daemon: Gateway, sources: dict[str, Any], position: dict[str, Any]
) -> None:
    """This is logged, and the daemon does not fail at each start."""
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
    """Clients of the old session get its end; its log stays."""
    daemon.configure(**sources, pace="max", at_end="hold")
    old = daemon.start()["session"]
    daemon.stats_when(ended)
    daemon.stop()
    write(sources["prices"], PRICES_HEADER + price_rows(10))

    new = daemon.start()["session"]

    assert new != old
    assert len(daemon.client(old).read()) == PRICES + len(NEWS_TIMES)
    daemon.stats_when(lambda stats: ended(stats) and stats["head"] == 10 + len(NEWS_TIMES))


def test_an_ended_session_is_still_served_after_a_restart(
    daemon: Gateway, sources: dict[str, Any]
) -> None:
    """With end-session the daemon stays up and begins no other session."""
    daemon.configure(**sources, pace="max", at_end="end-session")
    session = daemon.start()["session"]
    daemon.stats_when(ended)
    daemon.kill()

    assert daemon.start()["session"] == session
    assert len(daemon.client().read()) == PRICES + len(NEWS_TIMES)


def test_a_random_walk_survives_kills(daemon: Gateway) -> None:
    """It needs no files; the same walk continues at the next number."""
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
