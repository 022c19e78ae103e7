"""Tables for terminals."""

from collections.abc import Collection, Sequence

from tradestack.observe.printable import printable


def aligned(rows: Sequence[Sequence[object]], right: Collection[object] = ()) -> str:
    """Format rows as lines with columns two spaces apart and no trailing spaces.

    What a terminal would not show as it is, is replaced.
    right: the headings, cells of the first row, of columns that are aligned to the right.
    """
    texts = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    is_right = [cell in right for cell in rows[0]] if rows else []
    return "".join(
        "  ".join(
            cell.rjust(width) if at_right else cell.ljust(width)
            for cell, width, at_right in zip(row, widths, is_right, strict=True)
        ).rstrip()
        + "\n"
        for row in texts
    )
