"""Many backtests at once: grids of parameters, walk-forward, and their statistics."""
