"""Pre-trade risk: which orders are refused, and what a loss or a limit does to trading."""
