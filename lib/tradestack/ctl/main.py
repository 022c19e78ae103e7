"""The command line of tradestackctl: finds the verb and runs it.

A verb is a module with `add_arguments(parser)` and `run(args) -> exit status`. It is imported only
if its name occurs on the command line, so that `tradestackctl stats` does not load what `up` needs.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
from tradestack.domain.faults import OperatorFault
from tradestack.domain.version import VERSION
from tradestack.net.control.client import ControlFault
from tradestack.net.control.refusals import refusal_text
from tradestack.runtime.process.command_words import join_values_below_zero
from tradestack.runtime.process.output import STDERR, STDOUT, OutputFault, discard_output
from tradestack.store.free_space import DISK_FULL
from tradestack.wire.varlink import SERVICE_INTERFACE, VarlinkError

DESCRIPTION = "Query, control and run the tradestack daemons."
EPILOG = """\
examples:
  tradestackctl up --pace 60x                 run the whole stack here, without systemd
  tradestackctl backtest crossover            run a strategy on recorded data, at once
  tradestackctl status                        show which daemons run and how they are doing
  tradestackctl top                           the same, live, with the newest orders
  tradestackctl stats --json | jq .gateway    print every counter, for scripts
  tradestackctl tail --follow --symbol SPY    print ticks as they are published
  tradestackctl pnl                           show what each user has earned
  tradestackctl pnl --at 33898                show what it was at that tick, from the files
  tradestackctl report --html report.html     look at what a run was, with charts
  tradestackctl export fills --format csv     write the fills to a file for other tools
  tradestackctl web --open                    look at it all in a browser
  tradestackctl pace 60x                      replay sixty times faster than real time
  tradestackctl new-strategy mine             write a strategy of your own to begin with
  tradestackctl add-strategy momentum         create another strategy instance
  tradestackctl soak crossover                see whether a strategy bears being killed
  tradestackctl import prices.csv.gz          convert your own data to where the gateway reads it

`tradestackctl VERB --help` describes a verb. The daemons are found by their control sockets in
--runtime-dir. What changes an installation for the host, or reads the files of its daemons, needs
root: sudo tradestackctl add-strategy, restart, report, why and others.

exit status:
  0   success
  1   the request was refused, or it failed
  2   the command line is wrong
  3   a daemon is not running, or you may not access it; status: or one cannot do its work
  78  a file or setting has to be fixed first; the message names it
  130  Ctrl-C
"""


@dataclass(frozen=True, slots=True)
class Verb:
    """A subcommand: its name, its line in the overview, and its module in tradestack.ctl.verbs."""

    name: str
    summary: str
    module: str
    uses_runtime_dir: bool = True


VERBS = (
    Verb("status", "show which daemons run and how they are doing", "ask.status"),
    Verb("top", "show daemons, progress and orders, live", "ask.top"),
    Verb("stats", "print every counter, as text or JSON", "ask.stats"),
    Verb("metrics", "print what a monitoring system reads (Prometheus)", "ask.metrics"),
    Verb("tail", "print ticks of the feed", "ask.tail"),
    Verb("orders", "list the newest orders, or those that work", "ask.orders"),
    Verb("fills", "list the newest fills of orders", "ask.fills"),
    Verb("positions", "show what each user holds", "ask.positions"),
    Verb("pnl", "show the profit and loss of each user", "ask.pnl"),
    Verb("limits", "show the limits that are set, and what is used of them", "ask.limits"),
    Verb("clients", "list the clients that are logged in", "ask.clients"),
    Verb("trading", "set which orders are accepted: all, reducing ones, none", "steer.trading"),
    Verb("cancel-orders", "cancel working orders of a user or of all", "steer.cancel_orders"),
    Verb("web", "print the address of the page, with a login", "web"),
    Verb("pause", "stop publishing ticks", "steer.pause"),
    Verb("resume", "continue publishing ticks", "steer.pause"),
    Verb(
        "resume-strategy", "let a strategy trade again after an exception", "steer.resume_strategy"
    ),
    Verb("pace", "set how fast ticks are published", "steer.pace"),
    Verb("new-session", "end the current session and begin a new one", "steer.new_session"),
    Verb("ha", "show which host takes the orders, or let this one do it", "host.ha"),
    Verb("reload", "have a daemon read its configuration again", "steer.reload"),
    Verb("log-level", "set how much the daemons log", "steer.log_level"),
    Verb("prune", "delete the files of old sessions", "host.prune"),
    Verb(
        "journal",
        "check, print and repair order journals; check feed logs",
        "journal",
        uses_runtime_dir=False,
    ),
    Verb(
        "verify",
        "fold a feed session again and compare every report",
        "verify",
        uses_runtime_dir=False,
    ),
    Verb("report", "show what a session was: feed, orders, profit, execution", "report"),
    Verb(
        "export",
        "write what a session has recorded to Parquet, Arrow or CSV",
        "export",
        uses_runtime_dir=False,
    ),
    Verb("why", "tell what became of an order, and why", "why", uses_runtime_dir=False),
    Verb(
        "new-strategy",
        "write a strategy of your own to begin with",
        "host.new_strategy",
        uses_runtime_dir=False,
    ),
    Verb(
        "add-strategy",
        "create a strategy instance, or update it",
        "host.add_strategy",
        uses_runtime_dir=False,
    ),
    Verb(
        "remove-strategy",
        "remove a strategy instance",
        "host.remove_strategy",
        uses_runtime_dir=False,
    ),
    Verb(
        "add-user", "add a user for a program of your own", "host.add_user", uses_runtime_dir=False
    ),
    Verb("remove-user", "remove a user of add-user", "host.remove_user", uses_runtime_dir=False),
    Verb(
        "set-port",
        "give the feed or the order port another address",
        "host.set_port",
        uses_runtime_dir=False,
    ),
    Verb(
        "relay",
        "have the gateway publish the feed of another one",
        "host.relay",
        uses_runtime_dir=False,
    ),
    Verb(
        "import",
        "convert price and sentiment files for the gateway",
        "host.import_file",
        uses_runtime_dir=False,
    ),
    Verb("start", "start a daemon and its sockets", "host.units", uses_runtime_dir=False),
    Verb("stop", "stop a daemon and its sockets", "host.units", uses_runtime_dir=False),
    Verb(
        "restart",
        "restart a daemon while its sockets stay open",
        "host.units",
        uses_runtime_dir=False,
    ),
    Verb(
        "up",
        "run the whole stack in the foreground, without systemd",
        "up",
        uses_runtime_dir=False,
    ),
    Verb(
        "backtest",
        "run a strategy on recorded data, in one process",
        "backtest",
        uses_runtime_dir=False,
    ),
    Verb(
        "soak",
        "kill a strategy at random, and compare it with an undisturbed run",
        "soak",
        uses_runtime_dir=False,
    ),
    Verb("manual", "show a page of the manual, or write all", "manual", uses_runtime_dir=False),
    Verb("completion", "print a shell completion script", "completion", uses_runtime_dir=False),
)


def run(arguments: Sequence[str]) -> int:
    """Execute one command line and return its exit status."""
    words = join_values_below_zero(arguments)
    args, unknown = build_parser(words).parse_known_args(words)
    if unknown:
        args.refuse(f"unrecognized arguments: {' '.join(unknown)}")  # with the usage of the verb
    try:
        status: int = args.run(args)
        sys.stdout.flush()
    except OperatorFault as fault:
        return _fail(str(fault), ExitStatus.OPERATOR_FAULT)
    except ControlFault as fault:
        return _fail(str(fault), ExitStatus.NOT_RUNNING)
    except VarlinkError as error:
        return _fail(_explain(error), ExitStatus.REFUSED)
    except BrokenPipeError:  # the reader, `head` for instance, has closed the pipe
        discard_output(STDOUT, STDERR)
        return ExitStatus.DONE
    except OutputFault as error:
        discard_output(STDOUT)
        reason = f"{error.strerror} for the output; write it to another place"
        return _fail(reason, ExitStatus.REFUSED)
    except OSError as error:
        return _fail(_describe(error), ExitStatus.REFUSED)
    return status


def build_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Build the parser with all verbs, and with the arguments of those that occur in `words`."""
    runtime = argparse.ArgumentParser(add_help=False)
    runtime.add_argument(
        "--runtime-dir",
        type=Path,
        action=StorePath,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="directory of the control sockets (default: /run/tradestack, or that of the user's "
        "installation that this command belongs to; for `up --state-dir DIR`: DIR/run)",
    )
    parser = argparse.ArgumentParser(
        prog="tradestackctl",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[runtime],
    )
    parser.add_argument(
        "--version",
        action="version",
        version=f"tradestack {VERSION}",
        help="show the version and exit",
    )
    subparsers = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for verb in VERBS:
        subparser = subparsers.add_parser(
            verb.name,
            help=verb.summary,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[runtime] if verb.uses_runtime_dir else [],
        )
        if verb.name in words:
            module = importlib.import_module(f"tradestack.ctl.verbs.{verb.module}")
            subparser.description = module.__doc__
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run, verb=verb.name, refuse=subparser.error)
    return parser


def _fail(reason: str, status: int) -> int:
    print(f"tradestackctl: {reason}", file=sys.stderr)
    return status


def _describe(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"{error}; run this as root"
    if isinstance(error, FileNotFoundError) and error.filename is None and not _has_directory():
        return "the current directory does not exist any more; change to another one"
    if error.errno in DISK_FULL:
        where = error.filename or "the disk of its files, or that of TMPDIR"
        return f"{where}: no space is left; make room there, and run this again"
    return str(error)


def _has_directory() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _explain(error: VarlinkError) -> str:
    if error.name == f"{SERVICE_INTERFACE}.PermissionDenied":
        return "permission denied: only root and members of the group tradestack-ops may do this"
    return f"refused: {refusal_text(error)}"
