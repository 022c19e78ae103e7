"""The control socket: operators' questions to the order manager, and their changes."""
