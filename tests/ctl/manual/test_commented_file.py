"""A commented configuration file is read in blocks, each a comment and what it explains."""

from tradestack.ctl.manual.commented_file import Block, read_blocks

FILE = """\
# What the file is.

# How fast. (restart)
#pace = "1x"
limit = 3

# ---- more (next session) ---------

# Not set by itself.
##start = "now"

# A section.
[part]
# First.
#one = 1
# Second.
#two = 2

# For example:
##[part.name]
##one = 2
"""


def test_blocks_have_comments_keys_and_examples() -> None:
    """Defaults are behind #, examples behind ##; a comment begins another block."""
    assert [*read_blocks(FILE)] == [
        Block(comment=["What the file is."]),
        Block(
            comment=["How fast. (restart)"],
            keys={"pace": 'pace = "1x"', "limit": "limit = 3"},
            is_set={"limit"},
        ),
        Block(heading="more (next session)"),
        Block(comment=["Not set by itself."], keys={"start": 'start = "now"'}, is_set={"start"}),
        Block(section="part", comment=["A section.", "First."], keys={"one": "one = 1"}),
        Block(section="part", comment=["Second."], keys={"two": "two = 2"}),
        Block(section="part", comment=["For example:"], examples=["[part.name]", "one = 2"]),
    ]
