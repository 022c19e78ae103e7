"""Judging: received messages and the passing of feed time → records to be journalled."""
