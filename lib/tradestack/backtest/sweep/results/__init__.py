"""What sweeps and walks are told as: tables, for people and in files."""
