"""Layouts of files: presets, and how the one of a file is recognised."""
