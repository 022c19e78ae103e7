"""A daemon runs in an ordinary interpreter: whatever its modules do, Python's library works."""

import subprocess
import sys
from pathlib import Path

import pytest

# A file, because a spawned process imports the main module of its parent again.
PROGRAM = """\
import asyncio
import importlib
import multiprocessing
import sys


def square(number):
    return number * number


async def run_true():
    process = await asyncio.create_subprocess_exec("true")
    return await process.wait()


if __name__ == "__main__":
    importlib.import_module(sys.argv[1])

    import ctypes
    import pickle
    import ssl
    import subprocess

    import numpy as np
    import numpy.linalg
    import pandas
    import uvloop

    assert ctypes.CDLL(None).getpid() > 0
    assert pickle.loads(pickle.dumps({"a": (1, 2)})) == {"a": (1, 2)}
    assert ssl.create_default_context().check_hostname
    assert issubclass(ssl.SSLError, OSError)
    assert subprocess.run(["true"]).returncode == 0
    slope, *_ = np.linalg.lstsq(np.array([[1.0], [2.0]]), np.array([2.0, 4.0]), rcond=None)
    assert abs(slope[0] - 2.0) < 1e-9
    assert pandas.DataFrame({"a": [1, 2]})["a"].sum() == 3
    assert uvloop.run(run_true()) == 0
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(square, [2, 3]) == [4, 9]
    print("ordinary")
"""
DEADLINE_S = 120.0
MAIN_MODULES = {"tradestack_metrics": "command"}


@pytest.mark.parametrize(
    "daemon",
    [
        "tradestack_exporter",
        "tradestack_fix",
        "tradestack_gateway",
        "tradestack_grpc",
        "tradestack_order_manager",
        "tradestack_strategy",
        "tradestack_metrics",
        "tradestack_web",
    ],
)
def test_everything_of_python_works_beside_a_daemon(daemon: str, tmp_path: Path) -> None:
    """Processes, pickles, TLS, linear algebra and pandas work where its modules were imported."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)

    finished = subprocess.run(
        [sys.executable, str(program), f"{daemon}.{MAIN_MODULES.get(daemon, 'program')}"],
        check=False,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )

    assert (finished.returncode, finished.stdout) == (0, "ordinary\n"), finished.stderr
