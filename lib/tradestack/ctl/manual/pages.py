"""All pages of the manual."""

import argparse
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from tradestack.ctl.manual import markdown
from tradestack.ctl.manual.config_pages import config_page
from tradestack.ctl.manual.daemon_pages import command_page, daemon_page
from tradestack.ctl.manual.event_page import event_page
from tradestack.ctl.manual.page import Page
from tradestack.ctl.manual.verb_pages import verb_pages
from tradestack.runtime.program import Program

# pyproject.toml names the daemons in this group, since what is here imports none of them: the
# Program of each, or the function that builds the parser of one that has no configuration.
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
    declared: Program[Any] | Callable[[], argparse.ArgumentParser] = daemon.load()
    if isinstance(declared, Program):
        yield daemon_page(declared, daemon.module.partition(".")[0])
        yield config_page(declared, defaults)
    else:
        yield command_page(declared())


def topic_page(file: Path) -> Page:
    """Return the page of a document, whose name is that of its file."""
    text = file.read_text()
    return Page(file.stem, 7, markdown.title_of(text), tuple(markdown.sections_of(text)))
