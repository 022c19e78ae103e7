"""The cost of executing orders, compared with the tape."""
