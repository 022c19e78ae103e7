"""What it cost to execute orders, beside the tape."""
