"""The pages of tradestackctl and of each of its verbs."""

from collections.abc import Iterator

from tradestack.ctl.main import DESCRIPTION, EPILOG, VERBS, Verb, build_parser
from tradestack.ctl.manual import help_text, roff
from tradestack.ctl.manual.command import Command, read_command
from tradestack.ctl.manual.command_sections import (
    actions,
    options,
    synopsis,
    text_sections,
)
from tradestack.ctl.manual.page import Page, reference, references

NAME = "tradestackctl"
_STATUSES = "EXIT STATUS"


def verb_pages() -> Iterator[Page]:
    """Yield the page of the command, and one page a verb."""
    overview = read_command(build_parser([verb.name for verb in VERBS]))
    yield _overview(overview)
    for verb in VERBS:
        yield _page(verb, read_command(overview.commands[verb.name]))


def _overview(command: Command) -> Page:
    verbs = [
        roff.entry(reference(f"{NAME}-{verb.name}", 1), roff.prose(verb.summary)) for verb in VERBS
    ]
    rest = help_text.sections_of(EPILOG)
    intro = rest.pop("")
    return Page(
        NAME,
        1,
        DESCRIPTION[0].lower() + DESCRIPTION.removesuffix(".")[1:],
        (
            ("SYNOPSIS", synopsis(f"{NAME} [--runtime-dir DIR] VERB ...")),
            ("DESCRIPTION", help_text.body(f"{DESCRIPTION}\n\n{intro}")),
            ("VERBS", "\n".join(verbs)),
            ("OPTIONS", options(command)),
            *((heading.upper(), help_text.body(text)) for heading, text in rest.items()),
            ("SEE ALSO", references([("tradestack", 7), ("tradestack-operating", 7)])),
        ),
    )


def _page(verb: Verb, command: Command) -> Page:
    sections = dict(text_sections(*command.texts))
    description = sections.pop("DESCRIPTION")
    statuses = sections.pop(_STATUSES, "")
    return Page(
        f"{NAME}-{verb.name}",
        1,
        verb.summary,
        (
            ("SYNOPSIS", synopsis(command.usage)),
            ("DESCRIPTION", description),
            *actions(command),
            ("OPTIONS", options(command)),
            *sections.items(),
            (_STATUSES, statuses or f"See\n{reference(NAME, 1)}."),
            ("SEE ALSO", references([(NAME, 1), ("tradestack", 7)])),
        ),
    )
