"""The part of `tradestackctl backtest` that makes many runs."""
