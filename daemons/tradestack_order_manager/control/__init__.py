"""The control socket: what operators ask of the order manager, and what they change."""
