"""The programs and packages of the interop tests; tests/run installs them.

Without one of them a test is skipped with the reason; it fails where CI is set.
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
    """Require a program on the PATH."""
    if shutil.which(name) is None:
        do_without(f"{name} is not installed")


def need_package(name: str) -> None:
    """Require a Python package of the test tools."""
    if importlib.util.find_spec(name) is None:
        do_without(f"the Python package {name} is not installed")


def need_node_package(name: str) -> None:
    """Require a package for Node.js."""
    need_program("node")
    if not (NODE_MODULES / name).is_dir():
        do_without(f"{NODE_MODULES / name} is not there: npm install --prefix {sys.prefix}/npm")


def need_own_network() -> None:
    """Require network namespaces, and the programs that make them."""
    for program in ("unshare", "nsenter", "ip"):
        need_program(program)
    done = subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        do_without(f"a network of its own is needed: {done.stderr.strip()}")


def do_without(reason: str) -> None:
    """Skip the test, or fail where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
