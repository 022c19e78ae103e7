"""The command line of a daemon."""

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tradestack.domain.version import VERSION
from tradestack.runtime.logs.level import LogLevel
from tradestack.runtime.process.command_words import join_values_below_zero
from tradestack.runtime.program import Program, Tool

EXIT_STATUS_HELP = """\
exit status:
  0   stopped by SIGTERM or SIGINT; --check-config found no error; with
      --daemonize, the daemon is ready
  1   unexpected fault or full disk; the log has the details
  2   invalid command line
  78  configuration or environment error; a restart cannot help
  130 Ctrl-C while it starts, or during a check
"""

# The name of an instance becomes part of file, unit and socket names.
_INSTANCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """A parsed command line; None stands for an option that is absent."""

    instance: str | None
    config_path: Path  # that of --config, else the default
    config_option: Path | None
    check_config: bool
    json: bool  # present with --check-config only
    pidfile: Path | None  # present with --daemonize only
    log_level: LogLevel | None
    tool: tuple[Tool, str] | None  # a tool to run instead of the daemon, with its value
    details: Mapping[str, str]  # of the tool


def parse_arguments(program: Program[Any], argv: Sequence[str]) -> Arguments:
    """Parse a command line; exit with 0 for --help and --version, 2 for an invalid one."""
    parser = build_parser(program)
    options = parser.parse_args(join_values_below_zero(argv))
    if options.daemonize != (options.pidfile is not None):
        parser.error("--daemonize and --pidfile FILE require each other")
    if options.json and not options.check_config:
        parser.error("--json requires --check-config")
    instance: str | None = options.instance
    tools = ((tool, getattr(options, _destination(tool))) for tool in program.tools)
    return Arguments(
        instance=instance,
        config_path=options.config or Path(program.config_path.format(instance=instance)),
        config_option=options.config,
        check_config=options.check_config,
        json=options.json,
        pidfile=options.pidfile,
        log_level=None if options.log_level is None else LogLevel(options.log_level),
        tool=next(((tool, value) for tool, value in tools if value is not None), None),
        details={
            name: getattr(options, name)
            for tool in program.tools
            for name in tool.details
            if getattr(options, name) is not None
        },
    )


def build_parser(program: Program[Any]) -> argparse.ArgumentParser:
    command = f"tradestack-{program.name}"
    parser = argparse.ArgumentParser(
        prog=command,
        usage=f"%(prog)s {'INSTANCE ' if program.has_instances else ''}[--help] [OPTIONS]",
        description=program.description,
        epilog=_epilog(program, command),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    if program.has_instances:
        parser.add_argument("instance", metavar="INSTANCE", type=_instance, help="instance name")
    else:
        parser.set_defaults(instance=None)
    add = parser.add_argument
    add("--config", metavar="FILE", type=_path, help="read this configuration file")
    add(
        "--check-config",
        action="store_true",
        help="check the configuration file and those it names, and exit",
    )
    add("--json", action="store_true", help="with --check-config: print the result as JSON")
    add(
        "--daemonize",
        action="store_true",
        help="run in the background; return when the daemon is ready",
    )
    add("--pidfile", metavar="FILE", type=_path, help="pidfile of the daemon, with --daemonize")
    levels = [level.value for level in LogLevel]
    add(
        "--log-level",
        metavar="LEVEL",
        choices=levels,
        help=f"override log_level of the configuration: {', '.join(levels)}",
    )
    for tool in program.tools:
        add(tool.option, metavar=tool.metavar, dest=_destination(tool), help=tool.description)
        for name, (metavar, description) in tool.details.items():
            flag, text = f"--{name.replace('_', '-')}", description.replace("%", "%%")
            if metavar:
                add(flag, metavar=metavar, help=f"with {tool.option}: {text}")
            else:
                add(flag, action="store_const", const="true", help=f"with {tool.option}: {text}")
    add(
        "--version",
        action="version",
        version=f"tradestack {VERSION}",
        help="show the version and exit",
    )
    add("-h", "--help", action="help", help="show this help and exit")
    return parser


def _epilog(program: Program[Any], command: str) -> str:
    examples = "".join(f"  {command} {example}\n" for example in program.examples)
    config_path = program.config_path.format(instance="INSTANCE")
    return (
        f"files:\n  {config_path}\n      configuration, without --config\n\n"
        + (f"examples:\n{examples}\n" if examples else "")
        + EXIT_STATUS_HELP
    )


def _destination(tool: Tool) -> str:
    return f"tool{tool.option}"


def _path(text: str) -> Path:
    try:
        return Path(text).absolute()
    except FileNotFoundError:
        raise argparse.ArgumentTypeError(
            f"{text!r}: the current directory does not exist any more; name the whole path"
        ) from None


def _instance(text: str) -> str:
    if _INSTANCE.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(
            f"{text!r}: use at most 32 letters, digits, '_', '.' and '-', "
            "beginning with a letter or digit"
        )
    return text
