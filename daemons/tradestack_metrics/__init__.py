"""The metrics exporter: answers a monitoring system with the counts of all daemons, on demand."""
