"""Answers about accounts and orders from the files, at their end or as of an earlier moment."""
