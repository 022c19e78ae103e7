"""HTTP: connections with limits, what is asked of every request, errors as JSON."""
