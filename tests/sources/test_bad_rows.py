"""Reports of bad rows, whose number is bounded."""

from pathlib import Path

from tradestack.sources.bad_rows import SHOWN_MAX, BadRows


def test_reports_become_rarer() -> None:
    """Each file is counted by itself, and a report has the count so far."""
    shown: list[tuple[str, int, int]] = []
    bad_rows = BadRows(lambda path, line, _reason, count: shown.append((path.name, line, count)))

    for line in range(2, 1_002):
        bad_rows.add(Path("a.csv"), line, "bad")
    bad_rows.add(Path("b.csv"), 7, "bad")

    counts = [count for name, _, count in shown if name == "a.csv"]
    assert counts == [*range(1, SHOWN_MAX + 1), 16, 32, 64, 128, 256, 512]
    assert shown[-1] == ("b.csv", 7, 1)
