"""Statistics of an equity series, and how much of it may be luck."""
