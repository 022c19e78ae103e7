"""The session server of gateway and order manager."""
