"""What every daemon needs once: config, listen fds, readiness, watchdog, signals, logging, stats."""
