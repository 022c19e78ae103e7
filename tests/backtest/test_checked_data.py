"""What a backtest is run on is checked first, by the check and with the words of a gateway."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.data_files import DataFiles
from tests.kit.csv_files import write
from tests.kit.stack import DEADLINE_S, TRADESTACKCTL
from tradestack import backtest
from tradestack.backtest.feed import source_of
from tradestack.backtest.plan import Plan, gateway_plan, order_manager_plan, strategy_plan
from tradestack.ctl.backtest.shown import summary
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.sources.csv.options import ReadingOptions
from tradestack_gateway.sources.csv_check import check_csv

Output = pytest.CaptureFixture[str]
HEADER = "timestamp,symbol,price\n"
FIRST_S = 1_767_623_400  # 2026-01-05T14:30:00Z
MANY = 10_000  # rows, more than a chunk has
SWEEP = ("--sweep", "short_ticks=2", "--jobs", "1")


def rows(first: int, end: int) -> str:
    """Return rows of prices, one each second."""
    return "".join(f"{FIRST_S + second},AA,{10 + second % 7}.5\n" for second in range(first, end))


def time_ns(second: int) -> int:
    """Return the event time of a row."""
    return (FIRST_S + second) * NANOSECONDS_PER_SECOND


def plan_of(prices: Path, *, end_ns: int | None = None, bytes_max: int | None = None) -> Plan:
    """Plan a backtest on one file, with `validate_bytes_max`."""
    instance, strategy = strategy_plan("crossover", None, {}, {})
    gateway = gateway_plan(prices, None, ReadingOptions())
    if bytes_max is not None:
        gateway = replace(gateway, validate_bytes_max=bytes_max)
    return Plan(
        instance=instance,
        strategy=strategy,
        order_manager=order_manager_plan(None),
        gateway=gateway,
        end_ns=end_ns,
    )


def read(plan: Plan, directory: Path) -> int:
    """Read all that a plan is tested on; return how many ticks it has."""
    source, count = source_of(plan, directory), 0
    while (batch := source.next_batch()) is not None:
        count += len(batch)
    source.close()
    return count


def test_values_on_another_scale_are_refused(
    files: DataFiles, tmp_path: Path, capsys: Output
) -> None:
    """By a notebook, a single run and a sweep, as by --check-csv."""
    text = (
        "timestamp,symbol,sentiment\n2026-01-05T14:30:05Z,AAA,0.9\n2026-01-05T14:30:06Z,AAA,0.1\n"
    )
    sentiment = write(tmp_path / "scores.csv", text)
    words = ["backtest", "news", "--prices", files["prices"], "--sentiment", sentiment]
    check_csv(str(sentiment), None, {})
    (reason, _) = capsys.readouterr().out.splitlines()

    with pytest.raises(OperatorFault) as caught:
        backtest.run("news", prices=files["prices"], sentiment=sentiment)
    single = run([*map(str, words)])
    swept = run([*map(str, words), "--sweep", "buy_above=55:65:5"])

    told = capsys.readouterr()
    assert single == swept == ExitStatus.OPERATOR_FAULT
    assert told.out == ""
    assert told.err == f"tradestackctl: {reason}\n" * 2
    assert str(caught.value) == reason
    assert "looks like the scale 0 to 1" in reason


@pytest.mark.parametrize("more", [(), SWEEP])
def test_what_is_unusual_is_told_once(more: tuple[str, ...], tmp_path: Path) -> None:
    """Also in a sweep, whose runs are of the same data; so are rows that are refused."""
    text = f"{HEADER}2026-01-05T14:30:00Z,AA,1000000\n2026-01-05T14:30:01,AA,1000001\n"
    prices = write(tmp_path / "prices.csv", text + "2026-01-05T14:30:02Z,AA,1,000002\n")
    config = write(tmp_path / "mine.toml", 'quantity = "1"\nuser = "me"\nsymbols = ["QQQ"]\n')

    done = subprocess.run(
        [TRADESTACKCTL, "backtest", "crossover", "--prices", prices, "--config", config, *more],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )

    assert done.returncode == 0, done.stderr
    lines = [line.partition("; ")[0] for line in done.stderr.splitlines()]
    told = [line for line in lines if "prices.csv" in line or "QQQ" in line]
    assert [line.split("prices.csv")[-1] for line in told] == [
        " line=4 reason=4 fields where the header has 3",
        ": 1 times have no zone and were taken for UTC, 1 have one",
        ": all prices are whole numbers of at least 1000000",
        f"{'' if more else 'warning: '}strategy mine: QQQ did not occur",
    ]


def test_files_that_have_nothing_in_common_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No news can be traded on."""
    prices = write(tmp_path / "prices.csv", HEADER + rows(0, 3))
    sentiment = write(tmp_path / "news.csv", f"timestamp,symbol,sentiment\n{FIRST_S},BB,99\n")

    backtest.run("news", prices=prices, sentiment=sentiment, state_dir=tmp_path / "run")

    (warning,) = [record.getMessage() for record in caplog.records]
    assert warning.startswith("no symbol of the news has prices")


def test_rows_after_the_part_that_was_checked_are_told_when_they_are_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is told once, with the number of those before it."""
    bad = "x\n"
    text = HEADER + bad + rows(0, MANY) + bad + rows(MANY, MANY + 2)
    prices = write(tmp_path / "prices.csv", text)

    count = read(plan_of(prices, bytes_max=100), tmp_path)

    assert count == MANY + 2
    told = [record.getMessage() for record in caplog.records]
    assert [words.split("line=")[1].split()[0] for words in told] == ["2", str(MANY + 3)]
    assert [words.rsplit("refused=", 1)[1] for words in told] == ["1", "2"]


def test_what_comes_after_the_end_is_not_looked_at(tmp_path: Path) -> None:
    """A file that is damaged there is as good as another one."""
    prices = write(tmp_path / "prices.csv", HEADER + rows(0, MANY) + rows(0, 1))

    assert read(plan_of(prices, end_ns=time_ns(9)), tmp_path) == 10
    with pytest.raises(OperatorFault, match="earlier than the row before it"):
        read(plan_of(prices), tmp_path)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (10_000, None, "data: it has no ticks"),
        (None, -1, "data: it has no ticks"),
        (2, 1, "2026-01-05T14:30:02.000000Z is later than 2026-01-05T14:30:01.000000Z"),
    ],
)
def test_a_run_without_ticks_is_refused(
    files: DataFiles, start: int | None, end: int | None, words: str
) -> None:
    """There is no result that could be looked at."""
    first_ns, end_ns = (None if each is None else time_ns(each) for each in (start, end))

    with pytest.raises(OperatorFault, match=words):
        backtest.run("news", **files, start_ns=first_ns, end_ns=end_ns)


@pytest.mark.parametrize(
    ("strategy", "options", "words"),
    [
        ("news", {"symbols": ["QQQ"]}, "strategy news: QQQ did not occur; published were AAA, BBB"),
        ("news", {"symbols": ["AAA", "QQQ"]}, "strategy news: QQQ did not occur"),
        ("news", {"sentiment": None}, "news made no order: it needs news, and there were none"),
        (
            "news",
            {"parameters": {"buy_above": 99, "sell_below": 1}},
            "news made no order: nothing led it to one; see its parameters",
        ),
        ("news", {"symbols": ["ZZZ"]}, "1 of its decisions came before a price of their symbol"),
        ("news", {}, None),
        ("crossover", {"sentiment": None, "symbols": ["qqq"]}, "crossover: qqq did not occur"),
    ],
)
def test_a_run_says_what_its_strategy_lacked(
    files: DataFiles, tmp_path: Path, strategy: str, options: dict[str, Any], words: str | None
) -> None:
    """With the words of `up`, in the result and in its JSON; one with orders needs none."""
    result = backtest.run(strategy, **{**files, **options}, state_dir=tmp_path / "run")

    assert result.as_dict()["warnings"] == list(result.warnings)
    assert len(result.warnings) == (words is not None)
    assert (words or "") in "".join(result.warnings)


def test_people_are_warned_of_a_run_without_orders(
    files: DataFiles, tmp_path: Path, capsys: Output
) -> None:
    """Beside the summary."""
    (tmp_path / "mine.toml").write_text('quantity = "1"\nuser = "me"\nsymbols = ["QQQ"]\n')
    words = ["--prices", files["prices"], "--config", tmp_path / "mine.toml"]
    words += ["--state-dir", tmp_path / "run"]

    assert run(["backtest", "crossover", *map(str, words)]) == 0

    told = capsys.readouterr()
    assert "  80 ticks, " in told.out
    assert "warning: strategy mine: QQQ did not occur; published were AAA, BBB\n" in told.err


def test_rows_that_were_refused_are_in_every_result(tmp_path: Path, capsys: Output) -> None:
    """In summary, JSON, report, sweep and walk, with their total."""
    prices = write(tmp_path / "prices.csv", HEADER + "x\n" * 20 + rows(0, 60) + "y\n")
    words = ["backtest", "crossover", "--prices", str(prices), "--set", "long_ticks=9", *SWEEP]

    result = backtest.run("crossover", prices=prices, state_dir=tmp_path / "run")

    assert result.rows_refused == result.as_dict()["rows_refused"] == 21
    assert "  60 ticks, 21 rows refused, " in summary(result)
    assert run(["report", "--state-dir", str(tmp_path / "run"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["faults"]["rows_refused"] == 21
    assert run([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows_refused"] == 21
    assert run([*words, "--walk-forward", "1:1", "--sharpe-interval", "1s"]) == 0
    assert capsys.readouterr().out.endswith("\n21 rows of the data refused\n")


@pytest.mark.parametrize("interactive", [False, True])
@pytest.mark.parametrize(
    ("order", "is_told"),
    [
        ("self.buy(tick.symbol, 10)", True),
        ('self.buy(tick.symbol, fixed("10"), price=250)', True),
        ('self.buy(tick.symbol, fixed("10"), price=fixed("250"))', False),
        ('self.buy(tick.symbol, fixed("0.0001"))', False),
    ],
)
def test_a_quantity_or_price_without_its_scale_is_told(
    files: DataFiles, tmp_path: Path, order: str, is_told: bool, interactive: bool
) -> None:
    """Such an order is right, but hardly meant: 10 is 0.0000001."""
    strategy = tmp_path / "mine.py"
    strategy.write_text(
        "from tradestack.strategies import PriceTick, Strategy, fixed\n\n\n"
        "class Mine(Strategy):\n"
        f"    interactive = {interactive}\n\n"
        "    def on_tick(self, tick: PriceTick) -> None:\n"
        f"        {order}\n"
    )

    result = backtest.run(str(strategy), **files, state_dir=tmp_path / "run")

    assert result.orders > 0
    assert len(result.warnings) == is_told
    assert all("orders worth less than 0.01" in warning for warning in result.warnings)
