"""Replies: what is told of accounts and orders, by the order manager and from the files."""
