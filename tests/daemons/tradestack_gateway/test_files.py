"""The gateway with several files, files out of order, and files that do not belong together."""

from pathlib import Path
from typing import Any

import pytest

from tests.daemons.tradestack_gateway.played import PRICES, ended, messages
from tests.kit.csv_files import NEWS_HEADER, PRICES_HEADER, news_rows, price_rows, write
from tests.kit.gateway import Gateway
from tests.kit.parquet_files import write_as_parquet


def in_three(directory: Path) -> list[Path]:
    """The rows of the test's price file in three files that overlap in time."""
    directory.mkdir()
    rows = price_rows(PRICES).splitlines(keepends=True)
    half = PRICES // 2
    parts = (rows[:half], rows[half::2], rows[half + 1 :: 2])
    return [
        write(directory / f"day{number}.csv", PRICES_HEADER + "".join(part))
        for number, part in enumerate(parts, 1)
    ]


def played(daemon: Gateway, **keys: Any) -> bytes:
    """Play to the end and return the messages."""
    daemon.configure(**keys, pace="max", at_end="end-session")
    daemon.start()
    daemon.stats_when(ended)
    found = messages(daemon.client().read())
    daemon.stop()
    for path in daemon.state.iterdir():
        path.unlink()
    return found


def test_several_files_are_merged_by_time(
    daemon: Gateway, sources: dict[str, Any], tmp_path: Path
) -> None:
    """A list, a directory and a pattern of files give the feed of one file."""
    files = in_three(tmp_path / "days")
    expected = played(daemon, prices=sources["prices"])

    assert played(daemon, prices=[str(path) for path in files]) == expected
    assert played(daemon, prices=str(tmp_path / "days")) == expected
    assert played(daemon, prices=f"{tmp_path}/days/day?.csv") == expected


def test_a_killed_gateway_continues_in_several_unsorted_files(
    daemon: Gateway, sources: dict[str, Any], tmp_path: Path
) -> None:
    """Files that are sorted on disk are sorted again, and the session goes on with the next one."""
    expected = played(daemon, **sources)
    files = in_three(tmp_path / "days")
    header, *rows = files[0].read_text().splitlines(keepends=True)
    write(files[0], header + "".join(reversed(rows)))
    keys = {"prices": [str(path) for path in files], "sentiment": sources["sentiment"]}

    daemon.configure(**keys, **{"format.sort": True}, pace="3000/s", at_end="end-session")
    session = daemon.start()["session"]
    for head in (1, 900, 2_500):
        daemon.wait_for_head(head)
        daemon.kill()
        assert daemon.start()["session"] == session
    daemon.stats_when(ended)

    assert messages(daemon.logged(session)) == expected


def test_a_killed_gateway_continues_in_parquet(
    daemon: Gateway, sources: dict[str, Any], tmp_path: Path
) -> None:
    """The ticks are those of the CSV files, whatever the names of the files are."""
    expected = played(daemon, **sources)
    (tmp_path / "parquet").mkdir()
    keys = {
        name: str(write_as_parquet(tmp_path / "parquet" / path.name, path.read_text()))
        for name, path in sources.items()
    }

    daemon.configure(**keys, pace="3000/s", at_end="end-session")
    session = daemon.start()["session"]
    for head in (1, 900, 2_500):
        daemon.wait_for_head(head)
        daemon.kill()
        assert daemon.start()["session"] == session
    daemon.stats_when(ended)

    assert messages(daemon.logged(session)) == expected


def test_a_pattern_that_fits_nothing_is_an_operator_fault(daemon: Gateway, tmp_path: Path) -> None:
    """The message has the pattern as it is configured."""
    daemon.configure(prices=f"{tmp_path}/day*.csv")
    daemon.launch()

    assert daemon.wait() == 78
    assert f"{tmp_path}/day*.csv: no file fits this pattern" in daemon.errors


@pytest.mark.parametrize(
    ("news", "words"),
    [
        (
            news_rows(1, 2).replace("AA", "aa"),
            "no symbol of the news has prices: news of aa, prices of AA, BB, CCC",
        ),
        (
            news_rows(1, 2).replace("2026-", "2013-"),
            "prices and news share no time: prices from 2026-01-15T14:30:00.000000Z",
        ),
    ],
)
def test_news_that_cannot_be_traded_on_are_said(
    daemon: Gateway, sources: dict[str, Any], news: str, words: str
) -> None:
    """One line of warning, when the sources are checked."""
    write(sources["sentiment"], NEWS_HEADER + news)
    daemon.configure(**sources, pace="max", at_end="hold")
    daemon.start()

    assert daemon.errors.count(words) == 1


def test_the_log_says_how_a_file_was_read(daemon: Gateway, sources: dict[str, Any]) -> None:
    """From when to when, symbols, format and columns are fields of "source checked"."""
    daemon.configure(prices=sources["prices"], pace="max", at_end="hold")
    daemon.start()

    line = next(line for line in daemon.errors.splitlines() if "source checked" in line)
    assert "from=2026-01-15T14:30:00.000000Z to=2026-01-15T14:30:0" in line
    assert 'symbols=3 format="tradestack, by its header"' in line
    assert 'columns="timestamp, symbol, price, size"' in line
