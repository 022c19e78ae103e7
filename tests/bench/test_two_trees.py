"""The figures that a comparison of two checkouts reads from their tables."""

import pytest

from tests.bench.comparison import Comparison
from tests.bench.table import quantity, table
from tests.bench.two_trees import cells_of, parse_quantity, read_table


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (123_000.0, "orders/s"),
        (4_560_000.0, "ticks/s"),
        (0.85, "s"),
        (1_234.0, "µs"),
        (0.361, "% of a CPU"),
    ],
)
def test_figures_are_read_as_they_are_written(value: float, unit: str) -> None:
    """A figure of up to three digits is read back exactly, with its unit."""
    figure, read_unit = parse_quantity(quantity(value, unit))

    assert figure == pytest.approx(value)
    assert read_unit == unit


def test_a_table_has_one_figure_for_each_comparison() -> None:
    """Rule, headings and lines of further targets are left out."""
    comparison = Comparison(
        row="fan-out",
        variant="1 subscriber",
        unit="ticks/s",
        batch="64 KiB",
        placement="free",
        ours="tradestack",
        figures={"tradestack": [4.5e6], "pyzmq": [1.0e7]},
    )

    assert [*read_table(table([comparison]))] == [
        (("fan-out, 1 subscriber", "free", "ticks/s"), 4.5e6)
    ]


def test_figures_of_0_have_no_ratio() -> None:
    """Memory that did not grow in the old checkout is shown beside the new one, and no more."""
    line = ("csv-replay, growth of the gateway's memory", "free", "MB")

    cells = cells_of(line, {"old": [0.0, 0.0], "new": [0.1, 0.3]})

    assert [*cells[2:]] == ["0 MB", "", "0.2 MB", "100.0%", "", "no ratio to 0"]
