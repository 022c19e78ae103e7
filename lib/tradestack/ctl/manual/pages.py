"""All pages of the manual."""

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from tradestack.ctl.manual import markdown
from tradestack.ctl.manual.config_pages import config_page
from tradestack.ctl.manual.daemon_pages import daemon_page
from tradestack.ctl.manual.event_page import event_page
from tradestack.ctl.manual.page import Page
from tradestack.ctl.manual.verb_pages import verb_pages
from tradestack.runtime.program import Program

# pyproject.toml names the daemons in this group: what is here imports none of them.
DAEMONS = "tradestack.daemons"
TOPICS = Path(__file__).parent / "topics"


def all_pages(defaults: Path) -> Iterator[Page]:
    """Yield every page; `defaults` is the directory of the commented configuration files."""
    yield from verb_pages()
    for daemon in sorted(entry_points(group=DAEMONS), key=lambda daemon: daemon.name):
        yield from _pages_of(daemon, defaults)
    yield event_page()
    for file in sorted(TOPICS.glob("*.md")):
        yield topic_page(file)


def _pages_of(daemon: EntryPoint, defaults: Path) -> Iterator[Page]:
    program: Program[Any] = daemon.load()
    yield daemon_page(program, daemon.module.partition(".")[0])
    yield config_page(program, defaults)


def topic_page(file: Path) -> Page:
    """Return the page of a document, whose name is that of its file."""
    text = file.read_text()
    return Page(file.stem, 7, markdown.title_of(text), tuple(markdown.sections_of(text)))
