"""Strategies of a user's own in a backtest: hooks that await, and counters that are refused."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from tests.backtest.data_files import DataFiles
from tests.backtest.recorded import recorded
from tradestack import backtest
from tradestack.backtest.result import Result
from tradestack.domain.faults import OperatorFault

COUNTING = """\
from tradestack.strategies import Strategy

class Mine(Strategy):
    def on_tick(self, tick):
        pass

    def counters(self):
        return {"seen": 1, "fills": 2}
"""
ASYNC = """
import asyncio

from tradestack.strategies import NewsItem, Strategy

class Slow(Strategy):
    async def on_news(self, news: NewsItem) -> None:
        await asyncio.sleep(0)
        self.buy(news.symbol)
"""
IN_BACKGROUND = """
from tradestack.strategies import NewsItem, Strategy

class Slow(Strategy):
    interactive = INTERACTIVE

    def on_news(self, news: NewsItem) -> None:
        self.background(self.trade(news.symbol))

    async def trade(self, symbol: str) -> None:
        self.buy(symbol)
"""


@pytest.mark.parametrize("interactive", [False, True])
def test_orders_in_the_background_are_told_to_be_left_out(
    files: DataFiles, tmp_path: Path, interactive: bool
) -> None:
    """Without them there is no order, and no parameter is the reason."""
    source = IN_BACKGROUND.replace("INTERACTIVE", str(interactive))
    (tmp_path / "slow.py").write_text(source)

    result = backtest.run(str(tmp_path / "slow.py"), **files)

    assert result.orders == 0
    (warning,) = result.warnings
    assert "a backtest runs no coroutine in the background, and it began 6;" in warning


def test_async_hooks_are_awaited(files: DataFiles, tmp_path: Path) -> None:
    """Each ends before the next message is handed on."""
    (tmp_path / "slow.py").write_text(ASYNC)

    result = backtest.run(str(tmp_path / "slow.py"), **files, state_dir=tmp_path / "run")

    assert result.orders == 6
    requests = recorded(tmp_path / "run")["slow"].requests
    assert [each["FeedSeq"] for each in requests] == sorted(each["FeedSeq"] for each in requests)


def test_async_hooks_are_awaited_in_a_notebook(files: DataFiles, tmp_path: Path) -> None:
    """An event loop is running there, and the result is the same."""
    (tmp_path / "slow.py").write_text(ASYNC)

    async def notebook() -> Result:
        return backtest.run(str(tmp_path / "slow.py"), **files)

    expected = backtest.run(str(tmp_path / "slow.py"), **files)

    result = asyncio.run(notebook())

    assert result.orders == expected.orders == 6
    assert result.accounts == expected.accounts


def test_a_counter_with_the_name_of_a_daemons_value_is_refused(
    files: DataFiles, tmp_path: Path
) -> None:
    """Before the first message: in the stats of a daemon nobody would see it."""
    (tmp_path / "mine.py").write_text(COUNTING)

    with pytest.raises(OperatorFault, match="'fills' is a value of the daemon") as refused:
        backtest.run(str(tmp_path / "mine.py"), **files)

    assert f"{tmp_path}/mine.py" in str(refused.value)


def test_a_package_that_is_missing_is_named_with_the_command(
    files: DataFiles, tmp_path: Path
) -> None:
    """It is installed where this Python finds it; a strategy that does not exist is no package."""
    (tmp_path / "mine.py").write_text(f"import nowhere.within\n{COUNTING}")

    with pytest.raises(OperatorFault) as refused:
        backtest.run(str(tmp_path / "mine.py"), **files)
    with pytest.raises(OperatorFault) as unknown:
        backtest.run("nowhere:Mine", **files)

    assert "line 1: ModuleNotFoundError: No module named 'nowhere'" in str(refused.value)
    assert refused.value.remedy.startswith(f"install what it imports ({sys.executable} -m pip ")
    assert "pip install nowhere)" in refused.value.remedy
    assert unknown.value.remedy == "name another strategy, or correct this one"


def test_the_signal_handlers_of_a_notebook_stay(files: DataFiles, tmp_path: Path) -> None:
    """A file that is imported takes none: Ctrl-C still ends a run."""
    before = signal.getsignal(signal.SIGINT)
    source = f"import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n{ASYNC}"
    (tmp_path / "slow.py").write_text(source)

    backtest.run(str(tmp_path / "slow.py"), **files)

    try:
        assert signal.getsignal(signal.SIGINT) is before
    finally:
        signal.signal(signal.SIGINT, before)
