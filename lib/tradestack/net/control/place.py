"""The default directory of the control sockets."""

from pathlib import Path

RUNTIME_DIRECTORY = Path("/run/tradestack")
