"""The files that install.sh has installed, and the systemd that runs them."""
