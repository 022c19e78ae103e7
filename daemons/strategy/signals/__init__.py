"""The signals: pure functions of the feed, one module each."""
