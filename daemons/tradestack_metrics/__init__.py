"""The metrics exporter: answers a monitoring system, when it asks, with what the daemons count."""
