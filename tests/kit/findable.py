"""Strategies of the tests, findable by daemons, which run without the current directory."""

import sysconfig
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def make_tests_findable() -> None:
    """Let this environment's programs import `tests`, as they import an installed package."""
    path = Path(sysconfig.get_path("purelib")) / "tradestack_tests.pth"
    content = f"{CHECKOUT}\n"
    if not path.exists() or path.read_text() != content:
        path.write_text(content)
