"""The state of an order session, and the records that lead to it."""
