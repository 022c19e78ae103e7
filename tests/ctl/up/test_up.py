"""`tradestackctl up`, run to its end, with real processes, sockets, files and shared memory."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.ctl.up.sample_run import EXPECTED, counters, segments_of, up
from tests.kit.parquet_files import write_as_parquet
from tests.kit.stack import TRADESTACKCTL, Stack
from tests.reference import news_orders

ROOT = Path(__file__).parents[3]
REAL_DATA = Path(__file__).parents[4] / "shared" / "data" / "real"


def test_until_end_prints_the_counters_of_the_data(files: tuple[str, ...]) -> None:
    """Stdout is one line of JSON with the counters that the two files lead to."""
    done = up(*files, "--pace", "max", "--until-end", "--json")

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    assert counters(json.loads(done.stdout)) == EXPECTED


def test_files_may_be_parquet(files: tuple[str, ...], tmp_path: Path) -> None:
    """They lead to the same counters."""
    prices, sentiment = (
        write_as_parquet(tmp_path / f"{name}.parquet", Path(files[at]).read_text())
        for name, at in (("prices", 1), ("sentiment", 3))
    )

    done = up(
        *("--prices", prices, "--sentiment", sentiment), "--pace", "max", "--until-end", "--json"
    )

    assert done.returncode == 0, done.stderr
    assert counters(json.loads(done.stdout)) == EXPECTED


def test_the_private_directory_is_deleted(files: tuple[str, ...]) -> None:
    """After the run its directory, passwords included, and its processes are gone."""
    done = up(*files, "--pace", "max", "--until-end", "--json")

    directory = Path(done.stderr.partition("--runtime-dir ")[2].split()[0]).parent
    pid = json.loads(done.stdout)["gateway"]["pid"]
    assert not directory.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_the_end_says_what_became_of_the_files(files: tuple[str, ...], tmp_path: Path) -> None:
    """Without --state-dir they are deleted, and the option that keeps them is named."""
    deleted = up(*files, "--pace", "max", "--until-end")
    kept = up(*files, "--pace", "max", "--until-end", "--state-dir", tmp_path / "state")

    assert re.search(
        r"^the files in (/\S+) are deleted; --state-dir DIR would keep them$", deleted.stderr, re.M
    )
    assert f"the files are kept in {tmp_path / 'state'}\n" in kept.stderr


def test_the_start_says_where_everything_is(files: tuple[str, ...], tmp_path: Path) -> None:
    """Three lines have addresses, user, books, files and a command; then orders are shown."""
    done = up(*files, "--pace", "max", "--until-end", "--state-dir", tmp_path / "s")

    lines = done.stderr.splitlines()
    address = r"127\.0\.0\.1:\d+"
    books = r"tradestack-up-\w+/prices, tradestack-up-\w+/news"
    assert re.fullmatch(f"feed {address}, orders {address}, user news; books {books}", lines[0])
    assert lines[1] == f"files in {tmp_path}/s: credentials/news/password, log/order_log.txt"
    assert lines[2] == f"to look inside: {TRADESTACKCTL} --runtime-dir {tmp_path}/s/run top"
    assert lines[3] == "Received Order 1: BUY 10 AAA @ 105.25 news sentiment=85.5"
    shown = [re.match(r"[A-Z][a-z]+ Order \d+: ", line) for line in lines]
    orders = [match[0] for match in shown if match]
    assert [order for order in orders if order.startswith("Received")] == [
        f"Received Order {number}: " for number in (1, 2, 3)
    ]
    assert "Filled Order 1: BUY 10 AAA @ 106.25" in lines
    assert len(lines) == 4 + len(orders), done.stderr  # and what becomes of the files


def test_the_result_is_that_of_the_whole_run(tmp_path: Path) -> None:
    """Over all sessions of a loop; elapsed time and rates are those of the run."""
    prices = tmp_path / "prices.csv"
    prices.write_text("timestamp,symbol,price\n2026-01-05T14:30:00Z,AAA,1\n")

    done = up("--prices", prices, "--pace", "max", "--duration", "3500ms", "--json")

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    run = result["run"]
    assert run["ticks"] == result["gateway"]["process"]["sessions_started"] > 1
    assert run["elapsed_s"] >= 3.5
    assert run["ticks_per_s"] == round(run["ticks"] / run["elapsed_s"], 1) > 0


def test_a_second_run_counts_for_itself(files: tuple[str, ...], tmp_path: Path) -> None:
    """It says that it goes on from the first, whose orders stay in the counters of the session."""
    options = (*files, "--pace", "max", "--until-end", "--json", "--state-dir", str(tmp_path / "s"))

    first, second = up(*options), up(*options)

    assert "going on" not in first.stderr
    assert second.stderr.startswith(
        f"going on in {tmp_path}/s after 1 session with 86 ticks; --fresh would begin again\n"
    )
    runs = [json.loads(done.stdout)["run"] for done in (first, second)]
    assert [(run["ticks"], run["orders_received"]) for run in runs] == [(86, 3), (0, 0)]
    assert json.loads(second.stdout)["order_manager"]["orders_received"] == 3


def test_fresh_begins_anew(files: tuple[str, ...], tmp_path: Path) -> None:
    """Sessions and logs of earlier runs are deleted, passwords are kept."""
    state = tmp_path / "state"
    options = (*files, "--pace", "max", "--until-end", "--json", "--state-dir", str(state))
    up(*options)
    password = (state / "credentials" / "news" / "password").read_text()

    again = up(*options, "--fresh")

    assert again.returncode == 0, again.stderr
    assert "going on" not in again.stderr
    assert json.loads(again.stdout)["run"]["orders_received"] == 3
    assert (state / "log" / "order_log.txt").read_text().count("Received Order") == 3
    assert (state / "credentials" / "news" / "password").read_text() == password


def test_fresh_deletes_nothing_in_a_directory_of_others(
    files: tuple[str, ...], tmp_path: Path
) -> None:
    """A directory in which no stack ran keeps what it has under the names that a stack uses."""
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "mine.txt").write_text("mine")

    done = up(*files, "--pace", "max", "--until-end", "--fresh", "--state-dir", tmp_path)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "log" / "mine.txt").read_text() == "mine"


def test_a_state_directory_is_continued(files: tuple[str, ...], tmp_path: Path) -> None:
    """Session and password stay the same, no order is repeated, no file is open to others."""
    state = tmp_path / "state"
    options = (*files, "--pace", "max", "--until-end", "--json", "--state-dir", str(state))

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


def test_the_order_log_has_prices_and_times_of_the_tape_at_any_pace(tmp_path: Path) -> None:
    """They are those of the tick that caused the order, not of the moment when it was sent."""
    files = (ROOT / "data" / "prices.csv", ROOT / "data" / "sentiment.csv")
    rows = list(news_orders.merged_rows(*files))
    expected = []
    for symbol, side, sequence in news_orders.news_orders(*files).orders:
        prices = [row[4] for row in rows[:sequence] if row[1:4:2] == (news_orders.PRICE, symbol)]
        expected.append((side, symbol, prices[-1], _utc(rows[sequence - 1][0])))

    options = ("--pace", "max", "--until-end", "--json", "--state-dir", tmp_path)
    done = up("--prices", files[0], "--sentiment", files[1], *options)

    assert done.returncode == 0, done.stderr
    text = (tmp_path / "log" / "order_log.txt").read_text()
    lines = re.findall(r": (\S+) \S+ (\S+) @ (\S+) news \S+ event=(\S+) ", text)
    assert [(side, symbol, Decimal(price), event) for side, symbol, price, event in lines] == (
        expected
    )


def _utc(time_ns: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_ns // 1000)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"


def test_duration_ends_a_run_of_the_sample_data() -> None:
    """Without files the sample data is published; after the time all daemons stop."""
    done = up("--duration", "2s", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["gateway"]["ticks_total"] > 0


def test_a_strategy_config_is_used(files: tuple[str, ...], tmp_path: Path) -> None:
    """Instance, user and parameters are those of the file."""
    config = tmp_path / "bold.toml"
    config.write_text(
        'strategy = "news"\nquantity = "5"\nuser = "bold"\n'
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
    assert "none.csv: no such file" in done.stderr.splitlines()[-1]


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
        ("--fresh",),
    ],
)
def test_invalid_arguments_exit_with_2(arguments: tuple[str, ...]) -> None:
    """Values that cannot be parsed and options that exclude each other are usage errors."""
    assert up(*arguments).returncode == 2


def test_set_changes_the_daemons_configuration(files: tuple[str, ...]) -> None:
    """--set takes values with or without quotes; the daemon refuses an unknown key."""
    options = (*files, "--pace", "max", "--until-end", "--json")

    done = up(*options, "--set", "gateway.at_end=hold", "--set", "order-manager.order_qty_max='5'")
    refused = up(*options, "--set", "gateway.at_and=hold")

    assert json.loads(done.stdout)["gateway"]["at_end"] == "hold", done.stderr
    assert json.loads(done.stdout)["order_manager"]["orders_rejected"] == 3
    assert refused.returncode == 78
    assert "did you mean at_end?" in refused.stderr


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
