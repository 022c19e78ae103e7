"""The options of `tradestackctl backtest`, and its display."""
