"""command line → Arguments of a daemon.

tradestack-<name> [INSTANCE] [--config F] [--check-config] [--daemonize --pidfile F]
                  [--log-level L] [--version] [--help]

By getopt: argparse would stay in each daemon's memory with 0.6 MB, and cost 7 ms of its start.
"""

import getopt
import re
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from tradestack.domain.version import VERSION
from tradestack.runtime.log_level import LogLevel
from tradestack.runtime.service import Program, Tool

EXIT_STATUS_NOT_UNDERSTOOD = 2
HELP_WIDTH = 80  # characters
HELP_COLUMN = 24  # where descriptions of options begin

# An instance's name becomes part of file, unit and socket names.
_INSTANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """log_level: None = what the config says. pidfile: detach, None = stay in the foreground.

    config_given: what --config says, None = nothing; config_path: that, or the default.
    """

    instance: str | None
    config_path: Path
    config_given: Path | None
    check_config: bool
    pidfile: Path | None
    log_level: LogLevel | None
    tool: tuple[Tool, str] | None


def parse_arguments(program: Program[Any], argv: Sequence[str]) -> Arguments:
    """Ends the process for --help, --version (0) and what is not understood (2)."""
    forms = [option.removeprefix("--").partition(" ") for option in _options(program)]
    names = [f"{name}=" if metavar else name for name, _, metavar in forms]
    try:
        pairs, words = getopt.gnu_getopt(list(argv), "h", names)
    except getopt.GetoptError as error:
        _refuse(program, error.msg)
    given = dict(pairs)
    if "--help" in given or "-h" in given:
        _end_with(_help(program))
    if "--version" in given:
        _end_with(f"tradestack {VERSION}\n")
    if ("--daemonize" in given) != ("--pidfile" in given):
        _refuse(program, "--daemonize and --pidfile FILE belong together")
    instance = _instance(program, words)
    config_given = Path(given["--config"]).absolute() if "--config" in given else None
    return Arguments(
        instance=instance,
        config_path=config_given or Path(program.config_path.format(instance=instance)),
        config_given=config_given,
        check_config="--check-config" in given,
        pidfile=Path(given["--pidfile"]).absolute() if "--pidfile" in given else None,
        log_level=_log_level(program, given),
        tool=next(((t, given[t.option]) for t in program.tools if t.option in given), None),
    )


def _options(program: Program[Any]) -> dict[str, str]:
    """Option, with what must follow it → what it is for."""
    levels = ", ".join(level.value for level in LogLevel)
    return {
        "--config FILE": f"instead of {program.config_path.format(instance='INSTANCE')}",
        "--check-config": "read the config, say what is wrong, and exit",
        "--daemonize": "detach; return when ready, or say why not",
        "--pidfile FILE": "of the detached daemon",
        "--log-level LEVEL": f"instead of what the config says: {levels}",
        **{f"{tool.option} {tool.metavar}": tool.description for tool in program.tools},
        "--version": "say which version this is, and exit",
        "--help": "say this, and exit",
    }


def _instance(program: Program[Any], words: Sequence[str]) -> str | None:
    if len(words) != program.instance:
        expected = "one INSTANCE" if program.instance else "options alone"
        _refuse(program, f"expected {expected}, not {' '.join(words) or 'nothing'}")
    if not words:
        return None
    if _INSTANCE.fullmatch(words[0]) is None:
        allowed = "letters, digits, '_', '.', '-', at most 32"
        _refuse(program, f"{words[0]!r} is no instance name: {allowed}")
    return words[0]


def _log_level(program: Program[Any], given: Mapping[str, str]) -> LogLevel | None:
    text = given.get("--log-level")
    known = [level.value for level in LogLevel]
    if text is not None and text not in known:
        _refuse(program, f"--log-level {text}: choose from {', '.join(known)}")
    return None if text is None else LogLevel(text)


def _usage(program: Program[Any]) -> str:
    instance = " INSTANCE" if program.instance else ""
    return f"usage: tradestack-{program.name}{instance} [OPTIONS]\n"


def _help(program: Program[Any]) -> str:
    lines = []
    for option, description in _options(program).items():
        first, *rest = textwrap.wrap(description, HELP_WIDTH - HELP_COLUMN)
        if len(option) < HELP_COLUMN - 3:
            lines.append(f"  {option:{HELP_COLUMN - 3}} {first}")
        else:
            lines.append(f"  {option}")
            rest = [first, *rest]
        lines += [f"{'':{HELP_COLUMN}}{line}" for line in rest]
    return "\n".join([_usage(program), f"{program.description}\n", *lines, ""])


def _end_with(text: str) -> NoReturn:
    sys.stdout.write(text)
    sys.exit(0)


def _refuse(program: Program[Any], reason: str) -> NoReturn:
    sys.stderr.write(f"{_usage(program)}tradestack-{program.name}: {reason}; --help says more\n")
    sys.exit(EXIT_STATUS_NOT_UNDERSTOOD)
