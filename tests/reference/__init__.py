"""What the project must come to, computed once more by short scripts that share no code with it."""
