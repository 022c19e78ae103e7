"""The numbers of the messages that are sent: those of reports follow from the report stream.

A report's number is its place in the user's report stream, plus how many messages of other kinds
were sent before it: heartbeats, logons, rejections. So all that has to be kept is behind which
report each of these was sent. Reports have numbers before they are sent, and in the same way after
any restart.

    reports up to `base`     1 2 3 | 4 . 5 . . 6        base 3; "." another message
    number                           1 2 3 4 5 6
"""

from bisect import bisect_left, bisect_right


class Numbers:
    """The numbers of one FIX session."""

    def __init__(self, base: int) -> None:
        """Begin behind report `base`, which has no number here."""
        self.base = base
        self._behind: list[int] = []  # reports behind which others were sent, ascending
        self._totals: list[int] = []  # how many others were sent up to there

    @property
    def others(self) -> int:
        """How many numbers others than reports have."""
        return self._totals[-1] if self._totals else 0

    @property
    def last_behind(self) -> int:
        """The newest report that another message was sent behind; base if there is none."""
        return self._behind[-1] if self._behind else self.base

    def add(self, behind: int, count: int) -> None:
        """Note that the next `count` numbers behind that report are not of reports."""
        assert behind >= self.last_behind, "numbers are given in ascending order"
        total = self.others + count
        if self._behind and self._behind[-1] == behind:
            self._totals[-1] = total
        elif count or behind > self.last_behind:
            self._behind.append(behind)
            self._totals.append(total)

    def number_of(self, report: int) -> int:
        """Return the number of a report behind base."""
        place = bisect_left(self._behind, report)
        return report - self.base + (self._totals[place - 1] if place else 0)

    def next_number(self, sent: int) -> int:
        """Return the next number after all reports up to `sent`."""
        return sent - self.base + self.others + 1

    def last_report(self, number: int) -> int:
        """Return the newest report whose number is at most this; base if there is none."""
        candidates = range(self.base + 1, self.base + number + 1)
        return self.base + bisect_right(candidates, number, key=self.number_of)
