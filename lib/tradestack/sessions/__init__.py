"""Feed and order sessions as files: what a daemon holds open, and what a backtest writes."""
