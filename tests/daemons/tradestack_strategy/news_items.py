"""News and prices that lead to orders."""

PRICES = [("P", "SPY", "168"), ("P", "IBM", "184")]
BUY_SPY = ("N", "SPY", "80")
SELL_SPY = ("N", "SPY", "20")
BUY_IBM = ("N", "IBM", "80")
SELL_IBM = ("N", "IBM", "20")
