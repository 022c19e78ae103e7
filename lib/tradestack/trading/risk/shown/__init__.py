"""The limits on risk as people are shown them: what is used of each, and what is left."""
