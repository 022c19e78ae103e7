"""What a recorded session holds, as columns: ticks, news, orders, fills, equity, positions."""
