"""The equity of accounts after every message of the tape, exactly: from fills and prices."""
