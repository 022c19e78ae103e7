"""install.sh, as tests run it."""

import os
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "install.sh"
PREFIX = "/opt/tradestack"


def install(
    *arguments: str, destdir: Path | None = None, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Run the script to its end."""
    return subprocess.run(
        [SCRIPT, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment, **({"DESTDIR": str(destdir)} if destdir else {})},
    )


def packages_in(prefix: Path, package: str) -> list[Path]:
    """Return where the Python package is, if it is below the prefix."""
    return list(prefix.glob(f"lib/tradestack/*/lib/python3*/site-packages/{package}"))
