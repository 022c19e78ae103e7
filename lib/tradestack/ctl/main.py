"""arguments → one verb: tradestackctl.

A verb is a module with `add_arguments(parser)` and `run(args) -> exit status`. It is imported only
when its name is among the arguments, so that `tradestackctl stats` does not pay for `up`.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.domain.faults import OperatorFault
from tradestack.domain.version import VERSION
from tradestack.net.control.client import ControlFault
from tradestack.wire.varlink import SERVICE_INTERFACE, VarlinkError

DESCRIPTION = "Operates tradestack: asks its daemons, steers them, and runs the whole of it."
EPILOG = """\
examples:
  tradestackctl up --pace 60x                 the whole stack here and now, without systemd
  tradestackctl status                        what runs, and how it is
  tradestackctl stats --json | jq .gateway    every counter, for scripts
  tradestackctl tail --follow --symbol SPY    ticks as they are published
  tradestackctl pace 60x                      sixty times as fast as it happened
  tradestackctl add-strategy momentum         another instance, enabled and started
  tradestackctl import prices.csv.gz          your own data, where the gateway can read it

Daemons are found by their control sockets in --runtime-dir. `tradestackctl VERB --help` says more.

exit status: 0 done; 1 refused or failed; 2 wrong arguments; 3 not running or not permitted;
  78 something must be mended first, as the message says
"""


@dataclass(frozen=True, slots=True)
class Verb:
    """name: as typed. summary: its line in the overview. module: in tradestack.ctl.verbs.

    asks: whether it looks for daemons in --runtime-dir.
    """

    name: str
    summary: str
    module: str
    asks: bool = True


VERBS = (
    Verb("status", "what runs, and how it is", "status"),
    Verb("stats", "every counter, as text or JSON", "stats"),
    Verb("tail", "ticks of the feed", "tail"),
    Verb("clients", "who is connected to the servers", "clients"),
    Verb("pause", "stop publishing ticks", "pause"),
    Verb("resume", "go on publishing ticks", "pause"),
    Verb("pace", "how fast ticks are published", "pace"),
    Verb("new-session", "end the session and begin another", "new_session"),
    Verb("log-level", "what daemons log", "log_level"),
    Verb("prune", "remove old sessions' files", "prune"),
    Verb("journal", "look at journals and feed logs, repair journals", "journal", asks=False),
    Verb("add-strategy", "another strategy instance", "add_strategy", asks=False),
    Verb("import", "a CSV of your own, where the gateway can read it", "import_file", asks=False),
    Verb("stop", "stop a daemon, so that nothing revives it", "stop", asks=False),
    Verb("up", "the whole stack in the foreground, without systemd", "up", asks=False),
    Verb("completion", "a script that completes words in a shell", "completion", asks=False),
)


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Carries out one command line; the exit status."""
    args = build_parser(arguments).parse_args(arguments)
    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except OperatorFault as fault:
        return _fail(str(fault), ExitStatus.OPERATOR_FAULT)
    except ControlFault as fault:
        return _fail(str(fault), ExitStatus.NOT_RUNNING)
    except VarlinkError as error:
        return _fail(_explain(error), ExitStatus.REFUSED)
    except BrokenPipeError:  # the reader, head for instance, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        advice = "; run this as root" if isinstance(error, PermissionError) else ""
        return _fail(f"{error}{advice}", ExitStatus.REFUSED)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    return status


def build_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """All verbs; those among the words with their arguments."""
    runtime = argparse.ArgumentParser(add_help=False)
    runtime.add_argument(
        "--runtime-dir",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="where the control sockets are: /run/tradestack, or DIR/run of `up --state-dir DIR`",
    )
    parser = argparse.ArgumentParser(
        prog="tradestackctl",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[runtime],
    )
    parser.add_argument("--version", action="version", version=f"tradestack {VERSION}")
    subparsers = parser.add_subparsers(metavar="VERB", required=True)
    for verb in VERBS:
        subparser = subparsers.add_parser(
            verb.name,
            help=verb.summary,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[runtime] if verb.asks else [],
        )
        if verb.name in words:
            module = importlib.import_module(f"tradestack.ctl.verbs.{verb.module}")
            subparser.description = module.__doc__
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run, verb=verb.name)
    return parser


def _fail(reason: str, status: int) -> int:
    print(f"tradestackctl: {reason}", file=sys.stderr)
    return status


def _explain(error: VarlinkError) -> str:
    if error.name == f"{SERVICE_INTERFACE}.PermissionDenied":
        return "you may not change anything: be root, or join the group tradestack-ops"
    name = error.name.rpartition(".")[2]
    reasons = ", ".join(str(value) for value in error.parameters.values())
    return f"refused: {name}: {reasons}" if reasons else f"refused: {name}"
