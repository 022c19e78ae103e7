"""The manual has a page of each verb, daemon, file and topic, and man and mandoc accept them."""

import argparse
import dataclasses
import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.manual.rendered import DATE, PAGES, run, shown, written
from tests.kit.documents import CONTRIBUTING, README, ROOT, table_rows
from tradestack.ctl.main import VERBS, build_parser
from tradestack.ctl.manual.pages import DAEMONS, TOPICS, all_pages
from tradestack.observe.events import EVENTS
from tradestack.runtime import arguments
from tradestack.runtime.config.sections import Overrides, Section
from tradestack.runtime.config.values import MapOf
from tradestack.runtime.program import Program

DECLARED = {each.name: each.load() for each in entry_points(group=DAEMONS)}
PROGRAMS: list[Program[Any]] = [each for each in DECLARED.values() if isinstance(each, Program)]
FREE_SECTIONS = ("columns", "format", "parameters")  # whose entries are no keys of the daemon
OVERVIEW = "tradestack(7)"
UNUSED_KEYS = {"strategy": {"state_directory"}}  # it has no state
WIDE = 1_000  # columns, so that no line is wrapped


@pytest.mark.parametrize("title", PAGES)
def test_man_accepts_the_page(title: str, tmp_path: Path) -> None:
    """Without a warning."""
    path = written(PAGES[title], tmp_path)

    finished = run("man", "-l", "--warnings", "-E", "UTF-8", path)

    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("title", PAGES)
def test_mandoc_accepts_the_page(title: str, tmp_path: Path) -> None:
    """It reads man pages differently, and on other systems."""
    path = written(PAGES[title], tmp_path)

    finished = run("mandoc", "-Tlint", "-W", "warning", path)

    assert (finished.returncode, finished.stdout) == (0, "")


@pytest.mark.parametrize("title", PAGES)
def test_whatis_understands_the_name(title: str, tmp_path: Path) -> None:
    """apropos and whatis show name and summary, which lexgrog finds for them."""
    page = PAGES[title]
    path = written(page, tmp_path)

    finished = run("lexgrog", path)

    assert finished.stdout == f'{path}: "{page.name} - {page.summary}"\n'


@pytest.mark.parametrize("title", PAGES)
def test_the_page_fits_a_terminal(title: str, tmp_path: Path) -> None:
    """No line is longer than 80 columns."""
    lines = shown(title, tmp_path).splitlines()

    assert lines
    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("title", PAGES)
def test_pages_that_are_referred_to_exist(title: str, tmp_path: Path) -> None:
    """A name with its section is a page of the manual, if it is one of ours."""
    names = re.findall(r"\btradestack[\w.-]*\(\d\)", shown(title, tmp_path, WIDE))

    assert {name for name in names if name not in PAGES and name.lower() not in PAGES} == set()


@pytest.mark.parametrize("verb", [verb.name for verb in VERBS])
def test_each_verb_has_a_page_with_all_its_options(verb: str, tmp_path: Path) -> None:
    """Those of its own verbs as well."""
    text = shown(f"tradestackctl-{verb}(1)", tmp_path, WIDE)

    assert _missing(text, _options(_verbs(build_parser([verb]))[verb])) == []
    assert f"tradestackctl-{verb}(1)" in shown("tradestackctl(1)", tmp_path)


def test_each_console_script_of_a_daemon_has_pages() -> None:
    """One of the daemon, and one of its configuration file if it has one."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    daemons = set(scripts) - {"tradestackctl"}
    files = {each.relative_to(ROOT / "etc").parts[0] for each in ROOT.glob("etc/**/*.toml")}
    configured = {f"tradestack-{name.removesuffix('.toml')}" for name in files}

    assert {name for name in daemons if f"{name}(8)" not in PAGES} == set()
    assert {name for name in configured if f"{name}.toml(5)" not in PAGES} == set()
    assert configured <= daemons


@pytest.mark.parametrize("name", DECLARED)
def test_each_daemon_has_its_options(name: str, tmp_path: Path) -> None:
    """All that its parser declares."""
    declared = DECLARED[name]
    is_program = isinstance(declared, Program)
    parser = arguments.build_parser(declared) if is_program else declared()

    assert _missing(shown(f"tradestack-{name}(8)", tmp_path, WIDE), _options(parser)) == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: str(program.name))
def test_each_daemon_has_its_statistics(program: Program[Any], tmp_path: Path) -> None:
    """All that its table of metrics declares."""
    text = shown(f"tradestack-{program.name}(8)", tmp_path, WIDE)

    assert _missing(text, [metric.name for metric in program.metrics]) == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: str(program.name))
def test_each_config_key_is_explained(program: Program[Any], tmp_path: Path) -> None:
    """Those of sections as well."""
    text = shown(f"tradestack-{program.name}.toml(5)", tmp_path, WIDE)

    keys = {*_keys(program.config_type)} - UNUSED_KEYS.get(program.name, set())
    assert _missing(text, [f"{key} = " for key in keys]) == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: str(program.name))
def test_each_topmost_key_has_what_is_allowed(program: Program[Any], tmp_path: Path) -> None:
    """In the words of the error that refuses another value."""
    text = shown(f"tradestack-{program.name}.toml(5)", tmp_path, WIDE)
    plain = " ".join(text.split())

    for field in dataclasses.fields(program.config_type):
        parser = field.metadata["parser"]
        is_table = isinstance(parser, MapOf | Section) or field.name in FREE_SECTIONS
        if not is_table and field.name not in UNUSED_KEYS.get(program.name, set()):
            assert " ".join(parser.allowed.split()) in plain, field.name


def test_each_event_is_listed(tmp_path: Path) -> None:
    """With its message id."""
    text = shown("tradestack-events(7)", tmp_path, WIDE)

    assert _missing(text, [event.message_id for event in EVENTS]) == []
    assert _missing(text, [event.name for event in EVENTS]) == []


def test_the_overview_refers_to_every_topic(tmp_path: Path) -> None:
    """And to the files and daemons."""
    text = shown(OVERVIEW, tmp_path, WIDE)

    others = {title for title in PAGES if not title.startswith("tradestackctl-")} - {OVERVIEW}
    assert _missing(text, others) == []


def test_the_same_word_means_the_same_everywhere() -> None:
    """README has some words of the manual's glossary; CONTRIBUTING.md shares some with it."""
    manual = dict(table_rows(TOPICS / "tradestack.md", "word"))
    readme = dict(table_rows(README, "word"))
    contributing = dict(table_rows(CONTRIBUTING, "word"))
    shared = manual.keys() & contributing.keys()

    assert readme.items() <= manual.items()
    assert {word: contributing[word] for word in shared} == {word: manual[word] for word in shared}


def test_a_page_is_the_same_bytes_each_time() -> None:
    """A build of the same sources can be compared."""
    again = {page.title: page.packed(DATE) for page in all_pages(ROOT / "etc")}

    assert again == {title: page.packed(DATE) for title, page in PAGES.items()}


def _missing(text: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in text]


def _options(parser: argparse.ArgumentParser) -> list[str]:
    names = list(parser._option_string_actions)
    for action in _verbs(parser).values():
        names += _options(action)
    return names


def _verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    actions: list[Any] = parser._actions
    choices = [each.choices for each in actions if isinstance(each.choices, dict)]
    return choices[0] if choices else {}


def _keys(config_type: type[Any]) -> Iterator[str]:
    for field in dataclasses.fields(config_type):
        parser = field.metadata["parser"]
        entry = parser.entry if isinstance(parser, MapOf) else parser
        if isinstance(entry, Section | Overrides):
            if config_type is not entry.config_type:
                yield from _keys(entry.config_type)
        elif field.name not in FREE_SECTIONS:
            yield field.name
