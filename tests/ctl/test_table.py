"""Tables for terminals."""

from tradestack.ctl.table import aligned


def test_columns_are_two_spaces_apart() -> None:
    """The longest cell sets the width of its column, and lines have no trailing spaces."""
    assert aligned([("DAEMON", "PID"), ("gateway", 7), ("x", "")]) == (
        "DAEMON   PID\ngateway  7\nx\n"
    )


def test_columns_of_numbers_are_aligned_to_the_right() -> None:
    """They are named by their headings; the last column has no trailing spaces either way."""
    rows = [("USER", "FEES", "GROSS"), ("news", "1.50", "-7.00"), ("x", "12.00", "15,711.80")]

    assert aligned(rows, ("FEES", "GROSS")) == (
        "USER   FEES      GROSS\nnews   1.50      -7.00\nx     12.00  15,711.80\n"
    )


def test_no_rows_are_no_text() -> None:
    """An empty table has no lines."""
    assert aligned([]) == ""


def test_a_cell_cannot_move_the_cursor() -> None:
    """Neither another line nor an escape sequence gets to the terminal."""
    assert aligned([("A", "B"), ("x\ny", "\x1b[2J")]) == "A    B\nx?y  ?[2J\n"
