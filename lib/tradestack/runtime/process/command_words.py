"""The words of a command line, before they are parsed."""

import re
from collections.abc import Sequence

_OPTION = re.compile(r"--[a-z][^=]*")
_BELOW_ZERO = re.compile(r"-\.?[0-9]")  # no option begins like this


def join_values_below_zero(words: Sequence[str]) -> list[str]:
    """Write `--option -1..1` as the one word `--option=-1..1`.

    argparse takes a word that begins with a minus, and is no plain number, for another option.
    """
    joined: list[str] = []
    for place, word in enumerate(words):
        if word == "--":
            return [*joined, *words[place:]]
        if joined and _OPTION.fullmatch(joined[-1]) and _BELOW_ZERO.match(word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined
