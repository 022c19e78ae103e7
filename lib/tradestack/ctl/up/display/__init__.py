"""What `up` shows while the stack runs, and at the end."""
