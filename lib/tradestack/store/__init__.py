"""Bytes that outlive a process or are shared by several: feed log, journal, books."""
