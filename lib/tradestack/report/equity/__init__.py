"""The equity of accounts behind every message of the tape, exactly: from fills and prices."""
