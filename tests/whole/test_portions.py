"""How a whole run is divided."""

from pathlib import Path

from tests.whole.portions import FIRST, TESTS, portions_of


def test_every_file_of_tests_is_in_one_portion() -> None:
    """No test is lost, and none runs twice."""
    portions = portions_of(TESTS)

    for file in TESTS.rglob("test_*.py"):
        assert [file.is_relative_to(portion) for portion in portions].count(True) == 1, file


def test_what_is_named_to_come_first_exists() -> None:
    """A directory that was renamed would lose its place."""
    assert [each.name for each in portions_of(TESTS)][: len(FIRST)] == [*FIRST]


def test_directories_without_tests_are_no_portions(tmp_path: Path) -> None:
    """Helpers are none, nor are directories of them; what is deeper inside counts."""
    for path in ("kit/clock.py", "deep/er/test_a.py", "conftest.py", "test_b.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()

    assert [each.name for each in portions_of(tmp_path)] == ["deep", "test_b.py"]
