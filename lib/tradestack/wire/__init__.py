"""Codecs between bytes and values, without I/O and clocks; PROTOCOL.md is the specification."""
