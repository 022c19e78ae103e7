"""What the judges need besides this Python; tests/run installs it.

Where something is missing the test is skipped with the reason; where CI is set it fails.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NODE_MODULES = Path(sys.prefix) / "npm" / "node_modules"


def need_program(name: str) -> None:
    """A program on the PATH."""
    if shutil.which(name) is None:
        do_without(f"{name} is not installed")


def need_package(name: str) -> None:
    """A Python package of the test tools."""
    if importlib.util.find_spec(name) is None:
        do_without(f"the Python package {name} is not installed")


def need_node_package(name: str) -> None:
    """A package for Node.js, beside the environment's Python packages."""
    need_program("node")
    if not (NODE_MODULES / name).is_dir():
        do_without(f"{NODE_MODULES / name} is not there: npm install --prefix {sys.prefix}/npm")


def need_own_network() -> None:
    """The right to make one, and the programs that do."""
    for program in ("unshare", "nsenter", "ip"):
        need_program(program)
    done = subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        do_without(f"a network of its own is needed: {done.stderr.strip()}")


def do_without(reason: str) -> None:
    """Skips; fails where everything has to be tested."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
