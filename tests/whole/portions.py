"""The portions of a whole run: a directory of tests/, or a file of tests in tests/ itself.

Each has a process of its own, so that directories may share what their `conftest.py` starts, and
no file of tests is in two portions or in none.
"""

from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1]

# The longest first, so that none of them is alone at the end while processors have nothing to do;
# those that keep both processors busy by themselves not beside the containers. The others follow.
FIRST = ("system", "daemons", "ctl", "faults", "bench", "attacks", "orders_life", "net")


def portions_of(tests: Path) -> Sequence[Path]:
    """List the portions in the order in which they start."""
    portions = [entry for entry in sorted(tests.iterdir()) if _has_tests(entry)]
    return sorted(portions, key=_turn)


def _has_tests(entry: Path) -> bool:
    if entry.is_dir():
        return any(entry.rglob("test_*.py"))
    return entry.match("test_*.py")


def _turn(portion: Path) -> int:
    name = portion.name
    return FIRST.index(name) if name in FIRST else len(FIRST)
