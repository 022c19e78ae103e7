"""A man page: its place, its title and its sections."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass

from tradestack.ctl.manual import roff
from tradestack.domain.version import VERSION


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the manual. The sections are headings, and texts in roff."""

    name: str
    section: int
    summary: str
    sections: tuple[tuple[str, str], ...]

    @property
    def title(self) -> str:
        """Return what other pages call it."""
        return f"{self.name}({self.section})"

    @property
    def path(self) -> str:
        """Return where it is below a directory of manuals."""
        return f"man{self.section}/{self.name}.{self.section}.gz"

    def text(self, date: str) -> str:
        """Return the page in roff; `date` is that of its footer, as in 2026-01-31."""
        name = roff.verbatim(self.name)
        head = roff.macro(
            "TH", name.upper(), str(self.section), date, f"tradestack {VERSION}", "tradestack"
        )
        lines = [head, ".nh", ".ad l", ".SH NAME", rf"{name} \- {roff.prose(self.summary)}"]
        for heading, text in self.sections:
            lines += [roff.macro("SH", heading), text]
        return "\n".join(lines) + "\n"

    def packed(self, date: str) -> bytes:
        """Return the page as it is installed; the same page is the same bytes."""
        return gzip.compress(self.text(date).encode(), mtime=0)


def reference(name: str, section: int) -> str:
    """Return another page's title, as a man page shows it."""
    return rf"{roff.bold(name)}({section})"


def references(titles: Iterable[tuple[str, int]]) -> str:
    """Return a list of other pages, for SEE ALSO."""
    return ",\n".join(reference(name, section) for name, section in titles)
