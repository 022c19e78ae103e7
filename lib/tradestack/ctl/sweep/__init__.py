"""What `tradestackctl backtest` does when it is asked for many runs."""
