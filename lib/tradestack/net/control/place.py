"""The default directories of the control sockets."""

from pathlib import Path

RUNTIME_DIRECTORY = Path("/run/tradestack")
USERS_DIRECTORY = Path("/run/user")  # below it, after `install.sh --user`: UID/tradestack
UP_DIRECTORY = "run"  # in the state directory of `tradestackctl up`
