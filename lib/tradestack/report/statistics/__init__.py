"""What an equity series is worth, and what of it may be luck."""
