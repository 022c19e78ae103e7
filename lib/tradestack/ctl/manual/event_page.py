"""The page of all events that have a message id."""

import logging
from collections.abc import Iterator

from tradestack.ctl.manual import roff
from tradestack.ctl.manual.page import Page, references
from tradestack.observe.events import EVENTS, Event

NAME = "tradestack-events"
_INTRODUCTION = (
    "What the daemons write to the systemd journal with a MESSAGE_ID of its own, and with its "
    "values as fields. `journalctl -x` shows what it means and what to do; `journalctl "
    "MESSAGE_ID=ID` shows all entries of a kind."
)


def event_page() -> Page:
    """Return the page."""
    return Page(
        NAME,
        7,
        "the entries of tradestack in the systemd journal",
        (
            ("DESCRIPTION", roff.prose(_INTRODUCTION)),
            ("EVENTS", "\n".join(_entries())),
            ("SEE ALSO", references([("journalctl", 1), ("tradestack", 7)])),
        ),
    )


def _entries() -> Iterator[str]:
    for event in sorted(EVENTS, key=lambda event: event.name):
        yield roff.entry(roff.bold(event.name), roff.prose(_text(event)))


def _text(event: Event) -> str:
    level = logging.getLevelName(event.level).lower()
    phrase = f"{event.phrase[0].upper()}{event.phrase[1:]}"
    return f"{phrase}. Level: {level}. MESSAGE_ID={event.message_id}"
