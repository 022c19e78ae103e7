"""steps_of and shape: which commands a document has, and what they are shown to print."""

import re

import pytest

from tests.kit.commands import Command, Program, steps_of
from tests.kit.shown import shape

DOCUMENT = """\
# Title

Run `sudo apt install
jq` first; `jq` is its name.

```sh
one --option    # why
printf '#' | two
```

## Next

```console
$ three
3 orders, BUY
…
$ four
```

Save `x.py`:

```python
print(1)
```

```text
a picture
```
"""
ORDER = "2026-11-22T09:00:00.123456Z Received Order 12: BUY 10 SPY @ 692.60 news …"
STATUS = "gateway  623  9 min 45 s  51.3 MiB  3LUAU6AB14  running, 500 ticks/s"


def test_commands_are_listed_in_the_order_of_the_reader() -> None:
    """In blocks without comments, in backticks with arguments; programs with their names."""
    assert steps_of(DOCUMENT) == [
        Command(3, "Title", "sudo apt install jq"),
        Command(7, "Title", "one --option"),
        Command(8, "Title", "printf '#' | two"),
        Command(14, "Next", "three", ("3 orders, BUY", "…")),
        Command(17, "Next", "four"),
        Program(23, "Next", "x.py", "print(1)\n"),
    ]


@pytest.mark.parametrize("block", ["```\nls\n```\n", "```bash\nls\n```\n", "text\n\n    ls\n"])
def test_a_block_that_nobody_would_run_is_refused(block: str) -> None:
    """Commands in a block of another kind would not be tested."""
    with pytest.raises(ValueError, match="line"):
        steps_of(f"# Title\n\n{block}")


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ([], "anything"),
        ([ORDER], "2027-01-01T23:59:59.000001Z Received Order 1: SELL 5 KO @ 7 news sentiment=2"),
        ([STATUS], "gateway 1 3 s 9.0 MiB 3LUAU6AB15 running, 5,000 ticks/s"),
        (["2 rows", "…", "end"], "before\n1,000 rows\nmore\nand more\nend\nafter"),
        (["2 rows", "…", "end"], "1 rows\nend"),
        (["DAEMON  PID"], "DAEMON         PID"),
    ],
)
def test_output_of_the_same_shape_is_like_what_is_shown(shown: list[str], printed: str) -> None:
    """Figures, durations, capitals beside figures and spaces may be others."""
    assert re.search(shape(shown), printed, re.MULTILINE)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ([ORDER], "2027-01-01T23:59:59.000001Z received order 1: SELL 5 KO @ 7 news sentiment=2"),
        ([STATUS], "gateway 1 3 s 9.0 MiB 3LUAU6AB15 paused, 5,000 ticks/s"),
        (["2 rows", "end"], "1 rows\nmore\nend"),
        (["2 rows"], "more than 2 rows"),
        (["2 rows"], "2 rows and more"),
        (["DAEMON  PID"], "DAEMON  UP"),
    ],
)
def test_output_of_another_shape_is_found(shown: list[str], printed: str) -> None:
    """Other words, a line between or missing, and another heading are differences."""
    assert not re.search(shape(shown), printed, re.MULTILINE)
