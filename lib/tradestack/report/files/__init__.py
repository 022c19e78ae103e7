"""Feed logs and order journals where a stack keeps them, as they are read from outside."""
