"""BadRows are told, but never one line for each of a million."""

from pathlib import Path

from tradestack.sources.bad_rows import SHOWN_MAX, BadRows


def test_the_first_are_told_then_ever_fewer() -> None:
    """Of each file by itself, with the count so far."""
    shown: list[tuple[str, int, int]] = []
    refusals = BadRows(lambda path, line, _reason, count: shown.append((path.name, line, count)))

    for line in range(2, 1_002):
        refusals.tell(Path("a.csv"), line, "bad")
    refusals.tell(Path("b.csv"), 7, "bad")

    counts = [count for name, _, count in shown if name == "a.csv"]
    assert counts == [*range(1, SHOWN_MAX + 1), 16, 32, 64, 128, 256, 512]
    assert shown[-1] == ("b.csv", 7, 1)


def test_what_was_told_before_is_not_told_again() -> None:
    """While muted nothing is shown or counted."""
    shown: list[int] = []
    refusals = BadRows(lambda _path, _line, _reason, count: shown.append(count))

    refusals.muted = True
    refusals.tell(Path("a.csv"), 2, "bad")
    refusals.muted = False
    refusals.tell(Path("a.csv"), 3, "bad")

    assert shown == [1]
