"""The contents of a recorded session as columns: ticks, news, orders, fills, equity, positions."""
