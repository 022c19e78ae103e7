"""`tradestackctl up` with real processes, sockets, files and shared memory."""

import hashlib
import json
import os
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.kit.stack import DEADLINE_S, TRADESTACKCTL, Stack

REAL_DATA = Path(__file__).parents[4] / "shared" / "data" / "real"

PRICES = "timestamp,symbol,price,size\n" + "".join(
    f"2026-01-05T14:30:{second:02d}Z,{symbol},{100 + second}.25,10\n"
    for second in range(40)
    for symbol in ("AAA", "BBB")
)
SENTIMENT = """\
timestamp,symbol,sentiment
2026-01-05T14:30:05Z,AAA,85.5
2026-01-05T14:30:06Z,AAA,50
2026-01-05T14:30:07Z,AAA,90
2026-01-05T14:30:08Z,ZZZ,90
2026-01-05T14:30:20Z,AAA,10
2026-01-05T14:30:21Z,BBB,61
"""


def up(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """Run `up` to its end."""
    return subprocess.run(
        [TRADESTACKCTL, "up", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )


def segments_of(state: Path) -> list[Path]:
    """List the shared-memory segments of a stack with this state directory."""
    suffix = hashlib.sha256(str(state).encode()).hexdigest()[:8]
    return list(Path("/dev/shm").glob(f"tradestack-*-up-{suffix}"))


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, ...]:
    """The options that publish two small files."""
    (tmp_path / "prices.csv").write_text(PRICES)
    (tmp_path / "sentiment.csv").write_text(SENTIMENT)
    return (
        *("--prices", str(tmp_path / "prices.csv")),
        *("--sentiment", str(tmp_path / "sentiment.csv")),
    )


def counters(stats: dict[str, Any], instance: str = "news") -> dict[str, Any]:
    """Select the counters that depend on the data alone: neither times nor ids."""
    gateway, manager, strategy = (
        stats["gateway"],
        stats["order_manager"],
        stats["strategies"][instance],
    )
    return {
        "gateway": [
            gateway[name] for name in ("ticks_total", "prices_total", "news_total", "rows_rejected")
        ],
        "order_manager": [
            manager[f"orders_{name}"] for name in ("received", "accepted", "rejected", "duplicate")
        ],
        "strategy": [
            strategy[name]
            for name in (
                "ticks_received",
                "orders_sent",
                "orders_acknowledged",
                "orders_rejected",
                "signals_without_price",
            )
        ],
    }


EXPECTED = {
    "gateway": [86, 80, 6, 0],
    "order_manager": [3, 3, 0, 0],  # AAA bought, AAA sold, BBB bought
    "strategy": [86, 3, 3, 0, 1],
}


def test_until_end_prints_the_counters_of_the_data(files: tuple[str, ...]) -> None:
    """Stdout is one line of JSON with the counters that the two files lead to."""
    done = up(*files, "--pace", "max", "--until-end", "--json")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert counters(json.loads(done.stdout)) == EXPECTED


def test_the_private_directory_is_deleted(files: tuple[str, ...]) -> None:
    """After the run its directory, passwords included, and its processes are gone."""
    done = up(*files, "--pace", "max", "--until-end", "--json")

    directory = Path(done.stderr.partition("--runtime-dir ")[2].split()[0]).parent
    pid = json.loads(done.stdout)["gateway"]["pid"]
    assert not directory.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_a_state_directory_is_continued(files: tuple[str, ...], tmp_path: Path) -> None:
    """Session and password stay the same, no order is repeated, no file is open to others."""
    state = tmp_path / "state"
    options = (*files, "--pace", "max", "--until-end", "--json", "--state-dir", state)

    first = up(*options)
    password = (state / "credentials" / "news" / "password").read_text()
    second = up(*options)

    assert (first.returncode, second.returncode) == (0, 0), second.stderr
    stats = [json.loads(done.stdout) for done in (first, second)]
    assert stats[0]["gateway"]["session"] == stats[1]["gateway"]["session"]
    assert stats[1]["order_manager"]["orders_received"] == 3
    assert (state / "credentials" / "news" / "password").read_text() == password
    assert (state / "log" / "order_log.txt").read_text().count("Received Order") == 3
    assert [path for path in state.rglob("*") if path.stat().st_mode & 0o077] == []
    assert not list(state.glob("run/*"))
    assert not segments_of(state)


def test_duration_ends_a_run_of_the_sample_data() -> None:
    """Without files the sample data is published; after the time all daemons stop."""
    done = up("--duration", "2s", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["gateway"]["ticks_total"] > 0


def test_a_strategy_config_is_used(files: tuple[str, ...], tmp_path: Path) -> None:
    """Instance, user and parameters are those of the file."""
    config = tmp_path / "bold.toml"
    config.write_text(
        'signal = "news"\nquantity = "5"\nuser = "bold"\n'
        '[parameters]\nbuy_above = "88"\nsell_below = "5"\n'
    )

    done = up(*files, "--pace", "max", "--until-end", "--json", "--strategy-config", config)

    assert done.returncode == 0, done.stderr
    stats = json.loads(done.stdout)
    assert counters(stats, "bold")["strategy"] == [86, 1, 1, 0, 1]


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    """The status is 78, stdout is empty, and the last line of stderr names the file."""
    done = up("--prices", tmp_path / "none.csv", "--until-end", "--json")

    assert (done.returncode, done.stdout) == (78, "")
    assert "none.csv: No such file or directory" in done.stderr.splitlines()[-1]


def test_an_invalid_pace_is_reported(files: tuple[str, ...]) -> None:
    """The status is 78 and the last line has the gateway's own message."""
    done = up(*files, "--pace", "10", "--until-end")

    assert (done.returncode, done.stdout) == (78, "")
    assert "pace: '10'" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--duration", "soon"),
        ("--duration", "1s", "--until-end"),
        ("--what",),
        ("--set", "gateway.at_end"),
        ("--set", "strategy.start=now"),
    ],
)
def test_invalid_arguments_exit_with_2(arguments: tuple[str, ...]) -> None:
    """Values that cannot be parsed and options that exclude each other are usage errors."""
    assert up(*arguments).returncode == 2


@pytest.fixture
def running(files: tuple[str, ...]) -> Iterator[Stack]:
    """A run at real-time pace, which would take 40 s."""
    with Stack(*files, "--pace", "1x", "--json") as stack:
        yield stack


def test_ctrl_c_ends_an_open_ended_run(running: Stack) -> None:
    """All daemons stop, and the result so far is printed with status 0."""
    running.process.send_signal(signal.SIGINT)
    status, out, _ = running.end()

    assert status == 0
    assert json.loads(out)["gateway"]["source_state"] == "running"
    assert not running.runtime.exists()


@pytest.mark.parametrize("daemon", ["gateway", "order-manager", "strategy-news"])
def test_the_death_of_a_daemon_ends_the_run(running: Stack, daemon: str) -> None:
    """The last line has its name and how it died; no result is printed."""
    os.kill(running.pid_of(daemon), signal.SIGKILL)
    status, out, error = running.end()

    assert (status, out) == (1, "")
    assert f"{daemon} was killed by SIGKILL" in error.splitlines()[-1]
    assert not running.runtime.exists()


@pytest.mark.parametrize("daemon", ["gateway", "order-manager", "strategy-news"])
def test_a_respawned_daemon_continues(files: tuple[str, ...], daemon: str) -> None:
    """A new process takes over its sockets, and the result is as if it had not died."""
    options = (*files, "--pace", "40/s", "--until-end", "--json", "--respawn")

    with Stack(*options) as running:
        before = running.pid_of(daemon)
        os.kill(before, signal.SIGKILL)
        after = running.pid_of(daemon)
        status, out, error = running.end()

    assert after != before
    assert status == 0, error
    stats = json.loads(out)
    assert stats["respawns"][daemon] == sum(stats["respawns"].values()) == 1
    assert counters(stats)["gateway"] == EXPECTED["gateway"]
    assert counters(stats)["strategy"] == EXPECTED["strategy"]
    assert counters(stats)["order_manager"][:3] == EXPECTED["order_manager"][:3]
    assert f"{daemon} was killed by SIGKILL" in error


def test_respawn_does_not_repeat_operator_faults(files: tuple[str, ...]) -> None:
    """An invalid configuration ends the run at once with status 78."""
    done = up(*files, "--pace", "10", "--until-end", "--respawn")

    assert (done.returncode, done.stdout) == (78, "")


def test_set_changes_the_daemons_configuration(files: tuple[str, ...]) -> None:
    """--set takes values with or without quotes; the daemon refuses an unknown key."""
    options = (*files, "--pace", "max", "--until-end", "--json")

    done = up(*options, "--set", "gateway.at_end=hold", "--set", "order-manager.order_qty_max='5'")
    refused = up(*options, "--set", "gateway.at_and=hold")

    assert json.loads(done.stdout)["gateway"]["at_end"] == "hold", done.stderr
    assert json.loads(done.stdout)["order_manager"]["orders_rejected"] == 3
    assert refused.returncode == 78
    assert "did you mean at_end?" in refused.stderr


def test_daemons_end_when_up_is_killed(files: tuple[str, ...], tmp_path: Path) -> None:
    """The kernel ends them; the next run continues in the directory and cleans it up."""
    options = (*files, "--pace", "1x", "--state-dir", tmp_path / "state")

    with Stack(*options) as running:
        pidfds = [os.pidfd_open(running.pid_of(name)) for name in ("gateway", "order-manager")]
        running.process.kill()
        for pidfd in pidfds:
            assert select.select([pidfd], [], [], DEADLINE_S)[0]
            os.close(pidfd)
    second = up(*options, "--duration", "1s")

    assert second.returncode == 0, second.stderr
    assert not segments_of(tmp_path / "state")


def test_ctrl_c_before_the_end_of_the_data_prints_no_result(files: tuple[str, ...]) -> None:
    """With --until-end, an interrupted run has status 130."""
    with Stack(*files, "--pace", "1x", "--until-end", "--json") as running:
        running.process.send_signal(signal.SIGINT)
        status, out, error = running.end()

    assert (status, out) == (130, "")
    assert error.splitlines()[-1] == "tradestackctl up: interrupted"


def test_a_state_directory_in_use_is_refused(files: tuple[str, ...], tmp_path: Path) -> None:
    """Two stacks cannot use the same directory at the same time."""
    with Stack(*files, "--pace", "1x", "--state-dir", tmp_path / "state") as running:
        assert len(segments_of(tmp_path / "state")) == 2
        second = up(*files, "--state-dir", tmp_path / "state")
        running.process.terminate()
        status, _, _ = running.end()

    assert second.returncode == 78
    assert "another `tradestackctl up` uses this directory" in second.stderr
    assert status == 0


def test_a_real_day_always_gives_the_same_counters() -> None:
    """The counters are those that an independent script has computed from the data."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"no real data in {REAL_DATA}")
    options = (
        *("--prices", REAL_DATA / "prices.csv.gz", "--sentiment", REAL_DATA / "sentiment.csv"),
        *("--pace", "max", "--until-end", "--json"),
    )

    results = [counters(json.loads(up(*options).stdout)) for _ in range(2)]

    assert results[0] == results[1]
    assert results[0] == {
        "gateway": [199333, 199229, 104, 0],
        "order_manager": [26, 26, 0, 0],
        "strategy": [199333, 26, 26, 0, 1],
    }
