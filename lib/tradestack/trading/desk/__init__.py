"""The desk of a strategy: the feed leads its hooks to requests, and reports come back."""
