"""The session layer of FIX, pure: numbers, rules, deadlines."""
