"""Where the control sockets are, if nobody has chosen another place."""

from pathlib import Path

RUNTIME_DIRECTORY = Path("/run/tradestack")
