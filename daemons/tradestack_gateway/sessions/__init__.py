"""The feed sessions of a state directory: log, sidecar and source of each."""
