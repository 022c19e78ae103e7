"""Small data for soaks, and strategies of the tests that daemons can find."""

import pytest

from tests.kit.findable import make_tests_findable

ROWS = 600
NEWS_EVERY = 15


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that name two files: prices that go up and down, and news of both kinds."""
    make_tests_findable()
    directory = tmp_path_factory.mktemp("data")
    (directory / "prices.csv").write_text(
        "timestamp,symbol,price,size\n"
        + "".join(
            f"{_time(row)},{symbol},{100 + row * 7 % 23}.{row % 10}5,{50 + row % 30}\n"
            for row, symbol in enumerate(("AAA", "BBB", "CCC") * (ROWS // 3))
        )
    )
    (directory / "sentiment.csv").write_text(
        "timestamp,symbol,sentiment\n"
        + "".join(
            f"{_time(row)},AAA,{(10, 90)[row // NEWS_EVERY % 2]}\n"
            for row in range(NEWS_EVERY, ROWS, NEWS_EVERY)
        )
    )
    return ["--prices", f"{directory}/prices.csv", "--sentiment", f"{directory}/sentiment.csv"]


def _time(row: int) -> str:
    seconds, tenths = divmod(row, 10)
    return f"2026-01-05T14:30:{seconds:02}.{tenths}Z"
