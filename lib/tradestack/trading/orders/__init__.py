"""Orders that were accepted and are not done."""
