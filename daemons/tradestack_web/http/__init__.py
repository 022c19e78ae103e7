"""HTTP: connections with limits, checks of every request, errors as JSON."""
