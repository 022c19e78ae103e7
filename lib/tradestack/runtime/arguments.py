"""command line → Arguments of a daemon.

tradestack-<name> [INSTANCE] [--config F] [--check-config] [--daemonize --pidfile F]
                  [--log-level L] [--version] [--help]
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradestack.domain.version import VERSION
from tradestack.runtime.log_level import LogLevel
from tradestack.runtime.program import Program, Tool

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
    parser = _parser(program)
    parsed = parser.parse_args(argv)
    if parsed.daemonize != (parsed.pidfile is not None):
        parser.error("--daemonize and --pidfile FILE belong together")
    instance: str | None = getattr(parsed, "instance", None)
    default_path = program.config_path.format(instance=instance)
    config_given = Path(parsed.config).absolute() if parsed.config else None
    return Arguments(
        instance=instance,
        config_path=config_given or Path(default_path),
        config_given=config_given,
        check_config=parsed.check_config,
        pidfile=parsed.pidfile and parsed.pidfile.absolute(),
        log_level=LogLevel(parsed.log_level) if parsed.log_level else None,
        tool=_asked_tool(program, parsed),
    )


def _parser(program: Program[Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"tradestack-{program.name}", description=program.description, allow_abbrev=False
    )
    if program.instance:
        parser.add_argument(
            "instance", type=_instance, metavar="INSTANCE", help="which of its configs to run"
        )
    path = program.config_path.format(instance="INSTANCE")
    parser.add_argument("--config", metavar="FILE", help=f"instead of {path}")
    parser.add_argument(
        "--check-config", action="store_true", help="read the config, say what is wrong, and exit"
    )
    parser.add_argument(
        "--daemonize", action="store_true", help="detach; return when ready, or say why not"
    )
    parser.add_argument("--pidfile", type=Path, metavar="FILE", help="of the detached daemon")
    parser.add_argument(
        "--log-level",
        choices=[level.value for level in LogLevel],
        help="instead of what the config says",
    )
    for tool in program.tools:
        parser.add_argument(tool.option, metavar=tool.metavar, help=tool.description)
    parser.add_argument("--version", action="version", version=f"tradestack {VERSION}")
    return parser


def _instance(text: str) -> str:
    if _INSTANCE.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no instance name: letters, digits, '_', '.', '-', at most 32"
        )
    return text


def _asked_tool(program: Program[Any], parsed: argparse.Namespace) -> tuple[Tool, str] | None:
    for tool in program.tools:
        value: str | None = getattr(parsed, tool.option.lstrip("-").replace("-", "_"))
        if value is not None:
            return tool, value
    return None
