"""Problem and remedy of what cannot be used, as far as the operator."""

from pathlib import Path

from tests.kit.csv_files import PRICES_HEADER, open_csv, read_to_fault, write
from tradestack.sources.csv.parsing.rows import OnBadRow
from tradestack.sources.reason import BadValue, Reason, reason_of


def test_a_remedy_follows_its_problem() -> None:
    """Without one, the text is the problem alone."""
    assert str(Reason("is a PDF", "a CSV file is needed")) == "is a PDF; a CSV file is needed"
    assert str(Reason("is blank")) == "is blank"
    assert reason_of(ValueError("is blank")) == Reason("is blank")
    assert reason_of(BadValue("is odd", "fix it")) == Reason("is odd", "fix it")


def test_a_semicolon_in_a_file_does_not_split_the_problem(tmp_path: Path) -> None:
    """What the file says is quoted whole, and the remedy is ours."""
    path = write(tmp_path / "p.csv", PRICES_HEADER + "when; who knows,SPY,1,1\n")

    _, fault = read_to_fault(open_csv(path, on_bad_row=OnBadRow.REJECT))
    shown = fault.as_operator_fault()

    assert shown.where == f"{path}: line 2"
    assert shown.problem == "timestamp is in no known form: 'when; who knows'"
    assert shown.remedy.startswith("describe it with --timestamp-format")


def test_a_row_that_is_the_only_one_keeps_its_remedy(tmp_path: Path) -> None:
    """That none of the rows is good belongs to the problem."""
    path = write(tmp_path / "p.csv", PRICES_HEADER + "12:30,SPY,1,1\n")

    _, fault = read_to_fault(open_csv(path))

    assert fault.reason == Reason(
        "timestamp is in no known form: '12:30' (none of the 1 rows is good)",
        'if it is a time of day, use --date YYYY-MM-DD and --timestamp-format "%H:%M"',
    )
