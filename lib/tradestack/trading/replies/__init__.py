"""Replies about accounts and orders, the same from the order manager and from the files."""
