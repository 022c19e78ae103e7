"""performance_report.md: whole tables, whatever is in them."""

import re

import pytest

from tests.report.rendering.test_elements import HOSTILE
from tests.report.sample import not_recorded, sample
from tradestack.report.rendering.markdown import escaped, render_markdown

SPLIT = re.compile(r"(?<!\\)\|")


def tables(markdown: str) -> list[list[list[str]]]:
    """The cells of each table, row by row."""
    blocks = [block for block in markdown.split("\n\n") if block.startswith("|")]
    return [
        [[cell.strip() for cell in SPLIT.split(line)[1:-1]] for line in block.strip().split("\n")]
        for block in blocks
    ]


@pytest.mark.parametrize("text", ["", HOSTILE, "a|b\n| c |\r\n", "\\|"])
def test_every_row_has_the_cells_of_its_head(text: str) -> None:
    """Also where a name contains the characters that tables are made of."""
    found = tables(render_markdown(sample(text=text)))

    assert len(found) == 4
    for head, rule, *rows in found:
        assert all(re.fullmatch("-{3}:?", cell) for cell in rule)
        assert rows
        assert {len(row) for row in [rule, *rows]} == {len(head)}


def test_it_has_what_the_document_is_for() -> None:
    """Tick rate, shared memory, round trip, processor and memory, each since when."""
    rates, beside, _way, processes = tables(render_markdown(sample()))

    assert rates[2][:2] == ["Average tick rate", "502\N{NO-BREAK SPACE}ticks/s"]
    assert [row[0] for row in beside[2:]] == [
        "shared memory, write",
        "shared memory, read",
        "order sent → report received",
    ]
    assert beside[2][1:6] == [
        text.replace(" ", "\N{NO-BREAK SPACE}")
        for text in ("900 ns", "3.60 µs", "13.5 µs", "36.0 µs", "36,109")
    ]
    assert beside[2][-1] == "2026-11-30 00:53:20.000"
    assert [row[0] for row in processes[2:]] == ["gateway", "order-manager", "strategy news"]


def test_what_is_not_recorded_is_named() -> None:
    """Each line stays, with "not recorded"; without processes there is no table of them."""
    markdown = render_markdown(not_recorded(sample()))

    assert [row[1] for row in tables(markdown)[1][2:]] == ["not recorded"] * 3
    assert markdown.endswith("## Processor and memory\n\nNot recorded.\n")


def test_markdown_in_a_text_is_escaped() -> None:
    """It is shown as it was written, in one line."""
    assert escaped("[a](b)|*c*\n# d <i>") == r"\[a\]\(b\)\|\*c\* \# d \<i\>"
