"""The sections of a command's page: synopsis, options, and the parts of its help text."""

import re
from collections.abc import Iterator

from tradestack.ctl.manual import help_text, roff
from tradestack.ctl.manual.command import Argument, Command, Group, read_command

Section = tuple[str, str]

_WHOLE = re.compile(r"\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]|\S+")  # what is not broken in a usage
_LITERAL = re.compile(r"(--?[a-z][\w-]*)")
_STANDARD = ("options", "positional arguments", "verbs", "")


def synopsis(usage: str) -> str:
    """The usage of argparse → lines that are broken between options only."""
    name, _, rest = usage.partition(" ")
    words = (_usage_word(word) for word in _WHOLE.findall(rest))
    return "\n".join(map(roff.guarded, [roff.bold(name), *words]))


def options(command: Command) -> str:
    """Return arguments and options, those with a title of their own below it."""
    parts = [roff.entry(_tag(each), _help(each)) for each in _standard_arguments(command)]
    for group in command.groups:
        if group.title not in _STANDARD:
            parts += [roff.macro("SS", _heading(group.title)), *_described(group)]
    return roff.joined(parts)


def text_sections(*texts: str) -> Iterator[Section]:
    """Yield DESCRIPTION, and a section for each that the texts of --help have."""
    for number, text in enumerate(texts):
        for heading, block in help_text.sections_of(text).items():
            if heading or (block and number == 0):
                yield (heading or "description").upper(), help_text.body(block)
            elif block:
                yield "NOTES", help_text.body(block)


def actions(command: Command) -> Iterator[Section]:
    """Yield what a verb's own verbs are, if it has any."""
    if not command.commands:
        return
    parts = []
    for name, parser in command.commands.items():
        action = read_command(parser)
        parts += [roff.macro("SS", name), synopsis(action.usage)]
        parts += [roff.prose(command.summaries[name]), options(action)]
    yield "ACTIONS", roff.joined(parts)


def _standard_arguments(command: Command) -> Iterator[Argument]:
    for group in command.groups:
        if group.title in _STANDARD:
            yield from group.arguments


def _described(group: Group) -> Iterator[str]:
    if group.description:
        yield roff.prose(group.description)
    for argument in group.arguments:
        yield roff.entry(_tag(argument), _help(argument))


def _tag(argument: Argument) -> str:
    values = roff.italic(argument.values) if argument.values else ""
    if not argument.names:
        return values
    names = ", ".join(roff.bold(name) for name in argument.names)
    return f"{names} {values}".strip()


def _help(argument: Argument) -> str:
    return roff.prose(argument.help)


def _heading(title: str) -> str:
    return title[:1].upper() + title[1:]


def _usage_word(word: str) -> str:
    shown = "".join(
        roff.bold(part) if _LITERAL.fullmatch(part) else roff.verbatim(part)
        for part in _LITERAL.split(word)
    )
    return shown.replace(" ", r"\~")
