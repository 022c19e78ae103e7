"""Whose installation this command is of: the system's, or the calling user's."""

import os
import sys
from pathlib import Path


def is_users_command() -> bool:
    """Return whether the programs belong to the calling user, other than root."""
    return os.getuid() != 0 and Path(sys.prefix).stat().st_uid == os.getuid()
