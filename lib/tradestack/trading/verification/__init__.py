"""Verification: the records of an order journal and the tape → what in them does not agree."""
