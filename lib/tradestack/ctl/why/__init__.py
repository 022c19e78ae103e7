"""The story of one order, from the files alone."""
