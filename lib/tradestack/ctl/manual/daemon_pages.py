"""The pages of the daemons: command line, sockets, signals, events, statistics."""

import argparse
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tradestack.ctl.manual import roff
from tradestack.ctl.manual.command import read_command
from tradestack.ctl.manual.command_sections import options, synopsis, text_sections
from tradestack.ctl.manual.page import Page, reference, references
from tradestack.observe.events import EVENTS, Event
from tradestack.observe.metrics import Metric
from tradestack.runtime.arguments import build_parser
from tradestack.runtime.program import Program

_OF_ALL = (("tradestackctl", 1), ("tradestack", 7), ("tradestack-operating", 7))


def daemon_page(program: Program[Any], package: str) -> Page:
    """Return the page of a daemon, whose modules are in the package."""
    name = f"tradestack-{program.name}"
    command = read_command(build_parser(program))
    sections = dict(text_sections(*command.texts))
    return Page(
        name,
        8,
        program.description[0].lower() + program.description.removesuffix(".")[1:],
        (
            ("SYNOPSIS", synopsis(command.usage)),
            ("DESCRIPTION", f"{sections.pop('DESCRIPTION')}\n.PP\n{_behaviour(program)}"),
            ("OPTIONS", options(command)),
            *sections.items(),
            ("EVENTS", _events(package)),
            ("STATISTICS", _statistics(program)),
            ("SEE ALSO", references([*_related(program)])),
        ),
    )


def command_page(parser: argparse.ArgumentParser) -> Page:
    """Return the page of a daemon that has a command line, and nothing else."""
    command = read_command(parser)
    sections = dict(text_sections(*command.texts))
    clause, *_ = re.split(r"[.,]\s", parser.description or "")
    return Page(
        command.name,
        8,
        clause[0].lower() + " ".join(clause[1:].split()),
        (
            ("SYNOPSIS", synopsis(command.usage)),
            ("DESCRIPTION", sections.pop("DESCRIPTION")),
            ("OPTIONS", options(command)),
            *sections.items(),
            ("SEE ALSO", references(_OF_ALL)),
        ),
    )


def _behaviour(program: Program[Any]) -> str:
    places = {
        **{name: f"at the address of the key `{key}`" for name, key in program.addresses.items()},
        **{name: f"at the path of the key `{key}`" for name, key in program.paths.items()},
    }
    sockets = ", and ".join(f"`{name}`, {place}" for name, place in places.items())
    serves = (
        f"It serves the socket {sockets}, and its control socket."
        if sockets
        else ("It serves its control socket.")
    )
    text = (
        f"{serves} Under systemd, the socket units open them, and the daemon says when it is "
        "ready, how it is doing, and that it is alive. SIGTERM and SIGINT stop it, a second one "
        "ends it at once; SIGHUP has it read its configuration again. If it dies in any other "
        "way, it recovers from its files at the next start."
    )
    return f"{roff.prose(text)}\n{reference('tradestack', 7)} has files, environment and signals."


def _events(package: str) -> str:
    text = (
        "Of these it writes an entry with a MESSAGE_ID to the systemd journal, besides those that "
        "all daemons have; `journalctl -x` explains them."
    )
    entries = (
        roff.entry(
            roff.bold(event.name), roff.prose(f"{event.phrase[0].upper()}{event.phrase[1:]}.")
        )
        for event in sorted(_events_of(package), key=lambda event: event.name)
    )
    listed = "\n".join(entries)
    return f"{roff.prose(text)}\nAll are in\n{reference('tradestack-events', 7)}.\n{listed}"


def _events_of(package: str) -> list[Event]:
    """List the events that the sources of a package name. They need what may not be installed."""
    spec = importlib.util.find_spec(package)
    places = (spec and spec.submodule_search_locations) or ()
    files = [file for place in places for file in Path(place).rglob("*.py")]
    words = {word for file in files for word in re.findall(r"\w+", file.read_text())}
    return [event for event in EVENTS if event.name in words]


def _statistics(program: Program[Any]) -> str:
    text = (
        "What `tradestackctl stats` shows of it. A `*` in a name stands for a part that varies; a "
        "histogram has percentiles, and how many values there were."
    )
    entries = "\n".join(
        roff.entry(_metric(each), roff.prose(each.help)) for each in program.metrics
    )
    return f"{roff.prose(text)}\n{entries}"


def _metric(metric: Metric) -> str:
    unit = f", {metric.unit}" if metric.unit else ""
    return f"{roff.bold(metric.name)} ({metric.kind.value}{unit})"


def _related(program: Program[Any]) -> Iterator[tuple[str, int]]:
    yield f"tradestack-{program.name}.toml", 5
    yield from _OF_ALL
