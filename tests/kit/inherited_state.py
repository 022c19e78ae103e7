"""Commands that start in a state that some parent process has left.

The state is made by Python statements in a process that then becomes the command: limits, streams,
mask, mounts and environment stay, as does the process's id, for which sockets were passed.
"""

import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent

# Mounts of the process's own, which end with it.
UNSHARE = """\
import ctypes, subprocess
assert ctypes.CDLL(None).unshare(0x20000) == 0  # CLONE_NEWNS
def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)
mount("--make-rprivate", "/")
"""

needs_roots = pytest.mark.skipif(
    subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode
    != 0,
    reason="mount namespaces are not available",
)


def after(statements: str, command: str) -> tuple[str, ...]:
    """Return Python's arguments that execute the statements, then the command of this project."""
    program = str(BIN / command)
    return (
        "-c",
        f"import os, resource, signal, sys\n{statements}\n"
        f"os.execv({program!r}, [{program!r}, *sys.argv[1:]])",
    )
