"""What an account owns, and what it is worth."""
