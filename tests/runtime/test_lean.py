"""What a daemon's process does without: modules that only libraries want, threads of OpenBLAS."""

import subprocess
import sys

import pytest

SEEN = """
import sys
from pathlib import Path
import daemons.{daemon}.__main__

names = ("_ctypes", "_hashlib", "_ssl", "argparse", "difflib", "numpy", "shutil")
print(*(name for name in names if name in sys.modules and sys.modules[name]))
print(len(list(Path("/proc/self/task").iterdir())))
"""


@pytest.mark.parametrize(
    ("daemon", "seen"),
    [("gateway", "_hashlib numpy"), ("order_manager", "_hashlib"), ("strategy", "numpy")],
)
def test_imports_bring_nothing_unused_and_no_thread(daemon: str, seen: str) -> None:
    """However it is started: nothing but `__main__` is asked to see to it."""
    done = subprocess.run(
        [sys.executable, "-c", SEEN.format(daemon=daemon)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines() == [seen, "1"]


def test_the_shipped_prices_are_read_without_masked_arrays() -> None:
    """numpy loads them, 1 MB and 30 ms, for some functions that look harmless."""
    program = (
        "import daemons.gateway.__main__, sys\n"
        "from daemons.gateway.csv_check import check_csv\n"
        "check_csv('data/prices.csv', None)\n"
        "print('numpy.ma' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.splitlines()[-1:] == ["False"], done.stderr


@pytest.mark.parametrize(
    ("used", "name"),
    [
        ("import subprocess; subprocess.run(['true'])", "run"),
        ("import numpy; numpy.linalg.norm([1, 2])", "norm"),
        ("import numpy.typing as npt; npt.NBitBase()", "NBitBase"),
    ],
)
def test_what_is_stood_in_for_says_so_when_it_is_used(used: str, name: str) -> None:
    """Code that comes to need it fails at once, and is told the place."""
    program = f"import tradestack.runtime.lean; {used}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.returncode == 1
    assert f"NotImplementedError: {name} is of a module that runtime/lean.py" in done.stderr


def test_a_python_without_sha256_of_its_own_keeps_openssl() -> None:
    """Some distributions build hashlib on OpenSSL alone."""
    program = (
        "import sys; sys.modules.update(_sha2=None, _sha256=None)\n"
        "import importlib.util as util; util.find_spec = lambda name: None\n"
        "import tradestack.runtime.no_openssl, hashlib; print(hashlib.sha256(b'').hexdigest()[:4])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout == "e3b0\n", done.stderr
