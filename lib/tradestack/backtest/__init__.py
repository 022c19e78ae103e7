"""Backtests, for notebooks and programs.

from tradestack import backtest

result = backtest.run("crossover", prices="prices.csv.gz", parameters={"short_ticks": 10})
result.accounts, result.fills, result.equity
"""

from tradestack.backtest.notebook import run

__all__ = ["run"]
