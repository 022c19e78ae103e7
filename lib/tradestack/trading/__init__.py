"""The pure core of trading: judgement of orders, names of orders, session state."""
