"""What a recorded session was: its figures, as values, tables and pages."""
