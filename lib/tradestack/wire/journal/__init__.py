"""The records of an order journal."""
