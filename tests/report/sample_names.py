"""Names and times that all parts of the made-up report have in common."""

SECOND = 1_000_000_000
TAPE = 1_768_487_400 * SECOND  # 2026-01-15 14:30 UTC
WALL = 1_796_000_000 * SECOND
SYMBOLS = ("SPY", "MSFT", "AAPL", "AMZN", "GOOG", "JPM", "NVDA", "TSLA")
USERS = ("news", "crossover")


def symbol_name(number: int) -> str:
    """Return the name of a symbol, the usual ones first."""
    return SYMBOLS[number] if number < len(SYMBOLS) else f"SYM{number}"
