"""The lines of order_log.txt that a run adds, shortened for people.

Received Order 1: BUY 10 SPY @ 692.60 news sentiment=69.37
Filled Order 1: BUY 10 SPY @ 692.60
Partly Filled Order 2: BUY 4 SPY @ 692.60, 4 of 10 done
"""

import re
from pathlib import Path

from tradestack.store.named_file import open_named_file

PRICE_DECIMALS_MIN = 2
LINES_SHOWN_MAX = 8  # of one look; the others are only counted

# What the order manager writes, without its time, the event's time, the ids and the user.
_LINE = re.compile(
    r"\S+ ([A-Z][A-Za-z ]+(?: \d+)?:.*?)(?: event=\S+)?"
    r" ClOrdID=\S+(?: OrigClOrdID=\S+)?(?: report=\S+)? user=\S+(.*)"
)
_FEE = re.compile(r", fee \S+$")
_ALL_DONE = re.compile(r"(Filled Order .*), \S+ of \S+ done")  # as the first words say
_PRICE = re.compile(r"@ (\d+)(?:\.(\d+))?")


class OrderLines:
    """The end of an order log, from its end at the construction on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = path.stat().st_size if path.exists() else 0

    def new_lines(self) -> list[str]:
        """Return the lines that were added since the last call, and a line for those left out."""
        try:
            with open_named_file(self._path) as file:
                file.seek(self._offset)
                added = file.read()
        except FileNotFoundError:
            return []
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        lines = [shortened(line) for line in whole.decode(errors="replace").splitlines()]
        left_out = len(lines) - LINES_SHOWN_MAX
        if left_out > 1:  # the line about one would not be shorter than its own
            return [*lines[:LINES_SHOWN_MAX], f"… and {left_out:,} more lines"]
        return lines


def shortened(line: str) -> str:
    """Return what a person reads of a line; one of another form stays as it is."""
    match = _LINE.fullmatch(line)
    if match is None:
        return line
    what = _FEE.sub("", match[1])
    if all_done := _ALL_DONE.fullmatch(what):
        what = all_done[1]
    return _PRICE.sub(_with_cents, f"{what}{match[2]}", count=1)


def _with_cents(price: re.Match[str]) -> str:
    return f"@ {price[1]}.{price[2] or '':0<{PRICE_DECIMALS_MIN}}"
