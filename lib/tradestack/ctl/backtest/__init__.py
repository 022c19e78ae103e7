"""What `tradestackctl backtest` is told, and what it shows."""
