"""What the files of a run say of a moment is what the reference makes of the feed until then."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.reference.accounts import Account, decimal_text, run
from tests.reference.execution import Settings
from tests.reference.feed import Message, messages
from tests.reference.stack_run import SAMPLE, Run, run_to_the_end
from tradestack.ctl.main import run as tradestackctl

Output = pytest.CaptureFixture[str]
SETTINGS = Settings(
    default_size=Fraction(100), fee_per_share=Fraction("0.0035"), fee_minimum=Fraction("0.35")
)
EXECUTION = '{fee_per_share = "0.0035", fee_minimum = "0.35"}'
NANOSECONDS = 10**9
EVENLY = 12  # moments between the first message and the last


@pytest.fixture(scope="module")
def feed() -> list[Message]:
    """The messages of the sample data."""
    return list(messages(*SAMPLE))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the stack has run."""
    return tmp_path_factory.mktemp("run") / "stack"


@pytest.fixture(scope="module")
def done(directory: Path) -> Run:
    """The run."""
    return run_to_the_end(directory, *SAMPLE, EXECUTION)


def expected_at(feed: Sequence[Message], done: Run, at: int) -> Account:
    """Take the feed up to a message, and the orders that it has caused, through the reference."""
    sent = [order for order in done.orders if order.cause <= at]
    account, _ = run(feed[:at], sent, SETTINGS)
    return account


def objects(output: Output, *words: str | Path) -> list[dict[str, Any]]:
    """Run a verb and parse what it prints."""
    assert tradestackctl([*map(str, words), "--json"]) == 0
    return [json.loads(line) for line in output.readouterr().out.splitlines()]


def check(feed: Sequence[Message], done: Run, output: Output, at: int, *where: str | Path) -> None:
    """Compare profit, positions and fills at a message."""
    expected = expected_at(feed, done, at)
    accounts = objects(output, "pnl", *where)
    if not accounts:
        assert not [order for order in done.orders if order.cause <= at]
        assert not expected.fills
        return
    (account,) = accounts
    positions = objects(output, "positions", *where)
    held = expected.positions

    assert account["matched_through"] == at
    assert account["fills"] == len(expected.fills)
    sums = {
        "realized_pnl": sum(each.realised for each in held.values()),
        "unrealized_pnl": sum(each.unrealised for each in held.values()),
        "fees": sum(each.fees for each in held.values()),
        "cash": expected.cash,
        "equity": expected.equity,
        "gross_notional": sum(abs(each.value) for each in held.values()),
        "net_notional": expected.holdings,
        "peak_equity": expected.peak_equity,
        "drawdown": expected.peak_equity - expected.equity,
    }
    assert {name: account[name] for name in sums} == {
        name: decimal_text(Fraction(number)) for name, number in sums.items()
    }
    assert {each["symbol"]: each["quantity"] for each in positions} == {
        symbol: decimal_text(each.quantity) for symbol, each in held.items()
    }
    for each in positions:
        its = held[each["symbol"]]
        assert each["realized_pnl"] == decimal_text(its.realised)
        if its.quantity:
            assert each["mark"] == decimal_text(its.last_price)
            assert each["average_price"] == decimal_text(its.average_price)
            assert each["unrealized_pnl"] == decimal_text(its.unrealised)
    fills = objects(output, "fills", "--count", "1000", *where)
    assert [(each["feed_seq"], each["quantity"], each["price"]) for each in fills] == [
        (fill.sequence, decimal_text(fill.quantity), decimal_text(fill.price))
        for fill in expected.fills
    ]


def test_moments_by_number(feed: list[Message], done: Run, directory: Path, capsys: Output) -> None:
    """The beginning, the end, evenly between, and around the first orders and fills."""
    head = len(feed)
    causes = [order.cause for order in done.orders]
    traded = [sequence for *_, sequence, _ in done.fills]
    around = [
        sequence + step
        for sequence in (causes[0], traded[0], traded[1], traded[-1])
        for step in (-1, 0, 1)
    ]
    evenly = [head * part // EVENLY for part in range(1, EVENLY)]

    for at in {1, head - 1, head, *around, *evenly}:
        check(feed, done, capsys, at, "--at", str(at), "--state-dir", directory)


def test_moments_by_time(feed: list[Message], done: Run, directory: Path, capsys: Output) -> None:
    """A millisecond before a fill, at it, and times between and behind messages."""
    times_ns = [message.time_ns for message in feed]
    fill_ns = times_ns[done.fills[5][3] - 1]
    whole = ["2026-01-15T16:00:00Z", "2026-01-15T11:00:00-05:00", "2027-01-01T00:00:00Z"]
    whole_ns = [1_768_492_800 * NANOSECONDS] * 2 + [times_ns[-1]]
    exact_ns = [fill_ns - 1_000_000, fill_ns, fill_ns + 1]
    moments = [*zip(whole, whole_ns, strict=True), *((_text(ns), ns) for ns in exact_ns)]

    for text, time_ns in moments:
        at = bisect_right(times_ns, time_ns)
        check(feed, done, capsys, at, "--at", text, "--state-dir", directory)


def test_the_end_without_a_moment(
    feed: list[Message], done: Run, directory: Path, capsys: Output
) -> None:
    """It is that after the last message, in whichever directory the files are."""
    check(feed, done, capsys, len(feed), "--state-dir", directory / "state")


def _text(time_ns: int) -> str:
    """Nanoseconds of the day of the sample → ISO 8601."""
    seconds, nanoseconds = divmod(time_ns - 1_768_435_200 * NANOSECONDS, NANOSECONDS)
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"2026-01-15T{hours:02d}:{minutes:02d}:{seconds % 60:02d}.{nanoseconds:09d}Z"
