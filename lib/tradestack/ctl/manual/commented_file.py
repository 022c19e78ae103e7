"""A commented configuration file → its blocks: comments, and the keys below them.

`#key = value` shows a default, `##…` an example, `# ---- title ---` begins a part of the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HEADING = re.compile(r"# -{4} (.*?) -+$")
_SECTION = re.compile(r"#?\[([a-z_.]+)\]$")
_KEY = re.compile(r"#?([a-z_]+) = .*$")
_EXAMPLE = "##"


@dataclass(slots=True)
class Block:
    """A comment, and the lines that it explains, without the signs of comments."""

    heading: str = ""
    section: str = ""  # the one that it is in, or begins
    comment: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)  # key → its line
    examples: list[str] = field(default_factory=list)
    is_set: set[str] = field(default_factory=set)  # keys that the file does not leave to defaults

    @property
    def text(self) -> str:
        """Return the comment."""
        return "\n".join(self.comment)


def read_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks in their order."""
    block = Block()
    for line in [*text.splitlines(), ""]:
        is_explained = bool(block.keys or block.examples)
        if not line or (is_explained and line.startswith("# ")):
            if block.comment or is_explained or block.heading:
                yield block
            block = Block(section=block.section)
        if line:
            _add(block, line)


def _add(block: Block, line: str) -> None:
    if match := _HEADING.fullmatch(line):
        block.heading = match[1]
    elif line.startswith(_EXAMPLE):
        _add_example(block, line.removeprefix(_EXAMPLE))
    elif match := _SECTION.fullmatch(line):
        block.section = match[1]
    elif match := _KEY.fullmatch(line):
        block.keys[match[1]] = line.removeprefix("#")
        if not line.startswith("#"):
            block.is_set.add(match[1])
    else:
        block.comment.append(line.removeprefix("#").removeprefix(" "))


def _add_example(block: Block, line: str) -> None:
    """Add a line without a default: of a key, or of an example for whole sections."""
    match = _KEY.fullmatch(line)
    if match and not block.examples:
        block.keys[match[1]] = line
        block.is_set.add(match[1])
    else:
        block.examples.append(line)
