"""The display of `up`, while the stack runs and at the end."""
