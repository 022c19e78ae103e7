"""rows of cells → columns as wide as their widest cell."""

from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[object]]) -> str:
    """One line a row, columns two spaces apart; no spaces at the ends of lines."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in texts
    )
    return "".join(f"{line}\n" for line in lines)
