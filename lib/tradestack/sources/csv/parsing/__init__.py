"""Rows of a file → tick records."""
