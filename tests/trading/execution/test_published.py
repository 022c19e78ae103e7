"""Published examples of other systems: each is a test, or EXECUTION.md says what differs."""

import re
from pathlib import Path

from tests.kit.documents import EXECUTION, ROOT, table_rows

PUBLISHED = {*(f"E{number}" for number in range(1, 32)), *(f"P{number}" for number in range(1, 17))}
TESTS = ROOT / "tests"
WITH_EXAMPLES = (
    *(TESTS / "trading" / "execution").glob("test_*.py"),
    TESTS / "trading" / "account" / "holdings" / "test_portfolio.py",
    TESTS / "domain" / "test_position.py",
    TESTS / "report" / "figures" / "test_trips.py",
)
LABEL = re.compile(r"\b([EP]\d+)\b(?: to ([EP]\d+)\b)?")


def labels(text: str) -> set[str]:
    """The examples that a text names: E1, E2 to E4."""
    named = set()
    for first, last in LABEL.findall(text):
        numbers = range(int(first[1:]), int((last or first)[1:]) + 1)
        named |= {f"{first[0]}{number}" for number in numbers}
    return named


def in_tests() -> set[str]:
    """The examples in names of test functions, and beside the cases of a table."""
    texts = [path.read_text() for path in WITH_EXAMPLES if path != Path(__file__)]
    functions = re.findall(r"^def (test_vectors?_\w+)", "\n".join(texts), re.M)
    cases = re.findall(r"# (.*)$|^    \"\"\"([EP]\d+):", "\n".join(texts), re.M)
    in_names = " ".join(functions).upper().replace("_", " ")
    return labels(in_names) | labels(" ".join(" ".join(case) for case in cases))


def test_each_example_is_a_test_or_told() -> None:
    """None is left out in silence, and the document names no others."""
    rows = list(table_rows(EXECUTION, "example"))
    told = labels(" ".join(row[0] for row in rows))

    assert {len(row) for row in rows} == {3}
    assert in_tests() | told == PUBLISHED
    assert {"E12", "E28", "P12"} <= told - in_tests()
