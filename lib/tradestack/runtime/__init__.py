"""The life of every daemon: config, listening sockets, readiness, signals, logs, stats."""
