"""The command line of tradestack-metrics, and its run."""

import argparse
import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from pathlib import Path

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault
from tradestack.domain.version import VERSION
from tradestack.net.addresses import Address, name_of, parse_address
from tradestack.net.control.place import RUNTIME_DIRECTORY
from tradestack.runtime.logs.handler import Logs, destination_of_stderr
from tradestack.runtime.logs.level import LogLevel
from tradestack.runtime.process.command_words import join_values_below_zero
from tradestack.runtime.process.inherited_signals import restore_signals
from tradestack.runtime.supervisor.environment import forget_supervisor, parse_environment
from tradestack.runtime.supervisor.listen_fds import adopt_sockets, bind_tcp
from tradestack_metrics.exporter import Exporter

NAME = "tradestack-metrics"
LISTENER = "metrics"  # FileDescriptorName= in the unit
ADDRESS = "127.0.0.1:9898"
IDLE_EXIT_S = 90.0  # more than the interval of most scrapers, so that it stays for them
IDLE_EXIT_S_MAX = 86_400.0
HOSTS = ("localhost", "127.0.0.1", "[::1]")
DESCRIPTION = """\
Answer GET /metrics with the metrics of all daemons, in the text format of Prometheus or, for who
prefers it, as OpenMetrics. The daemons are asked once for each answer, over their control sockets.

systemd starts this command when somebody connects to tradestack-metrics.socket; it ends when nobody
has asked for a while.
"""
EPILOG = f"""\
examples:
  systemctl enable --now tradestack-metrics.socket
  curl http://{ADDRESS}/metrics
  tradestack-metrics --runtime-dir DIR/run     of `tradestackctl up --state-dir DIR`
"""

logger = logging.getLogger(__name__)


def run(arguments: Sequence[str]) -> int:
    """Execute one command line and return its exit status."""
    args = build_parser().parse_args(join_values_below_zero(arguments))
    restore_signals()
    Logs(NAME, destination_of_stderr(os.environ.get("JOURNAL_STREAM"))).install(LogLevel.INFO)
    try:
        asyncio.run(_live(args))
    except OperatorFault as fault:
        logger.critical("%s", fault)
        return EXIT_STATUS_OPERATOR_FAULT
    return 0


async def _live(args: argparse.Namespace) -> None:
    environment = parse_environment(os.environ, pid=os.getpid())
    forget_supervisor(os.environ)
    if environment.listen_fds:
        (listener,) = adopt_sockets(environment.listen_fds, [LISTENER]).values()
    else:
        listener = bind_tcp(args.listen)
        logger.info("listening at %s", name_of(listener.getsockname()))
    with listener:
        hosts = {*HOSTS, *(host.lower() for host in args.allow_host)}
        idle_exit_s = args.idle_exit or None if environment.listen_fds else None
        exporter = Exporter(listener, args.runtime_dir, hosts, idle_exit_s=idle_exit_s)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, exporter.stop)
        await exporter.run()


def _address(text: str) -> Address:
    try:
        return parse_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= IDLE_EXIT_S_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not 0 to {IDLE_EXIT_S_MAX:g} seconds")
    return seconds


def build_parser() -> argparse.ArgumentParser:
    """Declare the command line."""
    parser = argparse.ArgumentParser(
        prog=NAME,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--runtime-dir",
        type=Path,
        default=RUNTIME_DIRECTORY,
        metavar="DIR",
        help=f"directory of the control sockets (default: {RUNTIME_DIRECTORY})",
    )
    parser.add_argument(
        "--listen",
        type=_address,
        default=ADDRESS,
        metavar="ADDRESS",
        help=f"address to listen at if systemd passes no socket (default: {ADDRESS})",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="another name of this host by which it may be asked; can be repeated",
    )
    parser.add_argument(
        "--idle-exit",
        type=_seconds,
        default=IDLE_EXIT_S,
        metavar="SECONDS",
        help="exit after this time without a request, 0: never; only if systemd passes the socket "
        f"(default: {IDLE_EXIT_S:g})",
    )
    parser.add_argument("--version", action="version", version=f"tradestack {VERSION}")
    return parser
