"""Python packages that are extras: what installs one where this program looks for it."""

import os
import shlex
import sys


def installation_of(*packages: str) -> str:
    """Return what to do, with the command: another `pip` may belong to another interpreter."""
    what = "it" if len(packages) == 1 else "them"
    rights = "" if os.access(sys.prefix, os.W_OK) else " as root"
    command = shlex.join([sys.executable, "-m", "pip", "install", *packages])
    return f"install {what}{rights}: {command}"
