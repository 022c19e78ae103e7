"""The logs of a daemon: lines, or entries of the systemd journal."""
