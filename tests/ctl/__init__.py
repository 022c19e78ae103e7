"""A package to pytest, whose fixtures of that scope end before the tests of the next directory."""
