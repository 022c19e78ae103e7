"""The results of sweeps and walks: tables, for people and in files."""
