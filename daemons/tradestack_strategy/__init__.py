"""feed + books → signal → orders: what makes the strategy itself."""
