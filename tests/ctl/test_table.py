"""Tables for terminals."""

from tradestack.ctl.table import aligned


def test_columns_are_two_spaces_apart() -> None:
    """The longest cell sets the width of its column, and lines have no trailing spaces."""
    assert aligned([("DAEMON", "PID"), ("gateway", 7), ("x", "")]) == (
        "DAEMON   PID\ngateway  7\nx\n"
    )


def test_no_rows_are_no_text() -> None:
    """An empty table has no lines."""
    assert aligned([]) == ""
