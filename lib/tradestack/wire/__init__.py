"""Bytes ⇄ values; no socket, clock or disk. PROTOCOL.md specifies."""
