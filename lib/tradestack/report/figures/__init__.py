"""PURE: columns of a recorded session → the figures of its report, one function each."""
