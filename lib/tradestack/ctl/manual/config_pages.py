"""The pages of the configuration files: declared keys, explained by the comments of the file."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any

from tradestack.ctl.manual import help_text, roff
from tradestack.ctl.manual.commented_file import Block, read_blocks
from tradestack.ctl.manual.page import Page, references
from tradestack.ctl.toml import toml
from tradestack.runtime.config.keys import DataclassInstance, Reload
from tradestack.runtime.config.sections import Overrides, Section
from tradestack.runtime.config.values import MapOf
from tradestack.runtime.program import Program

_TAKES_EFFECT = {
    Reload.AT_ONCE: "at once",
    Reload.NEXT_SESSION: "with the next session",
    Reload.RESTART: "after a restart",
}
_MARK = re.compile(r"\s*\((?:restart|next session)\)(?=\s|$)")

Config = type[DataclassInstance]


def config_page(program: Program[Any], defaults: Path) -> Page:
    """Return the page of a daemon's file; `defaults` has the commented files."""
    blocks = [*read_blocks(_commented_file(program, defaults).read_text())]
    first, *others = blocks
    daemon = f"tradestack-{program.name}"
    return Page(
        f"{daemon}.toml",
        5,
        f"configuration of {daemon}",
        (
            ("SYNOPSIS", roff.bold(program.config_path.format(instance="INSTANCE"))),
            ("DESCRIPTION", help_text.body(first.text)),
            ("KEYS", roff.joined(_shown(program.config_type, others))),
            ("SEE ALSO", references([(daemon, 8), ("tradestackctl-reload", 1), ("tradestack", 7)])),
        ),
    )


def _commented_file(program: Program[Any], defaults: Path) -> Path:
    name = Path(program.config_path).relative_to("/etc/tradestack")
    return defaults / str(name).format(instance="news")


def _shown(config_type: Config, blocks: list[Block]) -> Iterator[str]:
    section = ""
    for block in blocks:
        if block.heading:
            yield roff.macro("SS", _capital(_MARK.sub("", block.heading)))
        if block.section != section:
            section = block.section
            yield f"In the section {roff.bold(f'[{section}]')}:"
        keys = _declarations(config_type, section)
        declared = {name: keys[name] for name in block.keys if name in keys}
        if declared:
            yield from _entries(block, declared)
        elif block.text:
            yield help_text.body(_without_marks(block.text))
        free = [line for name, line in block.keys.items() if name not in keys]
        if lines := [*free, *block.examples]:
            yield roff.example("\n".join(lines))


def _declarations(config_type: Config, section: str) -> Mapping[str, "Field[Any]"]:
    """Return the declared keys of a section by name; none of one whose keys are free."""
    declared: dict[str, Field[Any]] = {field.name: field for field in fields(config_type)}
    for part in filter(None, section.split(".")):
        parser = declared[part].metadata["parser"] if part in declared else None
        if isinstance(parser, MapOf):
            parser = parser.entry
        if not isinstance(parser, Section | Overrides):
            return {}
        declared = {field.name: field for field in fields(parser.config_type)}
    return declared


def _entries(block: Block, declared: Mapping[str, "Field[Any]"]) -> Iterator[str]:
    """Yield one entry for all keys of the block: tags, explanation, and what each allows."""
    first, *others = declared
    tags = "\n.TQ\n".join(roff.bold(block.keys[name]) for name in (first, *others))
    yield f".TP\n{tags}\n{help_text.body(_without_marks(block.text))}"
    facts = {name: _facts(field) for name, field in declared.items()}
    for name in block.is_set & declared.keys():
        facts[name] += f" {_default(declared[name])}"
    if len({*facts.values()}) == 1:
        yield f".IP\n{roff.prose(facts[first])}"
        return
    for name, text in facts.items():
        yield f".IP\n{roff.prose(f'`{name}`: {text[0].lower()}{text[1:]}')}"


def _facts(field: "Field[Any]") -> str:
    allowed = field.metadata["parser"].allowed
    return f"Allowed is {allowed}. A change takes effect {_TAKES_EFFECT[field.metadata['reload']]}."


def _default(field: "Field[Any]") -> str:
    if field.default_factory is MISSING:
        return "There is no default."
    value = field.default_factory()
    if value is None:
        return "The default is not to set it."
    return f"The default is {toml(field.metadata['parser'].format(value))}."


def _without_marks(text: str) -> str:
    return _MARK.sub("", text)


def _capital(title: str) -> str:
    return title[0].upper() + title[1:]
