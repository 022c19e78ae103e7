"""The service manager's side: environment, sockets, readiness, watchdog."""
