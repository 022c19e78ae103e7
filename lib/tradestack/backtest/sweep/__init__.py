"""Many backtests at once: grids of parameters, walk-forward, and what is said of them."""
