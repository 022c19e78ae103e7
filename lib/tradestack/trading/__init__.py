"""The pure core of trading: judgement of orders, accounts, state of order sessions, strategies."""
