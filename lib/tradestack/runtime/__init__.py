"""What every daemon needs once: config, listen fds, readiness, signals, logging, stats."""
