"""A command line as argparse declares it: the contents of its --help, as values."""

import argparse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_ONE_LINE = 100_000  # columns, so that argparse wraps nothing


@dataclass(frozen=True, slots=True)
class Argument:
    """An option or a positional argument: its spellings, what follows it, and its help."""

    names: tuple[str, ...]  # none for a positional argument
    values: str
    help: str


@dataclass(slots=True)
class Group:
    """Arguments below a title of --help."""

    title: str
    description: str = ""
    arguments: list[Argument] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its call, and its --help."""

    name: str
    usage: str
    texts: tuple[str, ...]  # description and epilog
    groups: tuple[Group, ...]
    commands: Mapping[str, argparse.ArgumentParser]  # verbs or actions that it has
    summaries: Mapping[str, str]  # of those


def read_command(parser: argparse.ArgumentParser) -> Command:
    """Read what the parser would print for --help."""
    reader = _Reader(parser.prog)
    former = parser.formatter_class
    parser.formatter_class = lambda **_: reader
    try:
        parser.format_help()
    finally:
        parser.formatter_class = former
    return Command(
        name=parser.prog,
        usage=" ".join(reader.usage.split()),
        texts=tuple(reader.texts),
        groups=tuple(group for group in reader.groups if group.arguments),
        commands=reader.commands,
        summaries=reader.summaries,
    )


class _Reader(argparse.HelpFormatter):
    """What a parser formats its help with: it keeps the parts."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_ONE_LINE)
        self.usage = ""
        self.texts: list[str] = []
        self.groups: list[Group] = []
        self.commands: Mapping[str, argparse.ArgumentParser] = {}
        self.summaries: dict[str, str] = {}
        self._is_in_group = False

    def add_usage(
        self, usage: str | None, actions: Iterable[Any], groups: Iterable[Any], prefix: Any = None
    ) -> None:
        self.usage = self._format_usage(usage, [*actions], [*groups], prefix or "")

    def start_section(self, heading: str | None) -> None:
        self.groups.append(Group(heading or ""))
        self._is_in_group = True

    def end_section(self) -> None:
        self._is_in_group = False

    def add_text(self, text: str | None) -> None:
        if text and self._is_in_group:
            self.groups[-1].description = text
        elif text:
            self.texts.append(text)

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        for action in actions:
            if isinstance(action.choices, Mapping):
                self.commands = action.choices
                listed = self._iter_indented_subactions(action)
                self.summaries = {each.dest: each.help or "" for each in listed}
            elif action.help is not argparse.SUPPRESS:
                self.groups[-1].arguments.append(self._argument(action))

    def format_help(self) -> str:
        return ""

    def _argument(self, action: argparse.Action) -> Argument:
        default = action.dest.upper() if action.option_strings else action.dest
        values = self._format_args(action, default) if action.nargs != 0 else ""
        text = self._expand_help(action) if action.help else ""
        return Argument(tuple(action.option_strings), values, text)
