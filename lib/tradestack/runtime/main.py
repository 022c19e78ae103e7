"""The `main` of every daemon, from its command line to its exit status.

command line ─► config ─► [daemonize] ─► environment, logs ─► Daemon on a uvloop ─► exit status

0    ended by a signal, --check-config without an error, or the launcher of a ready daemon
1    an unexpected fault, its traceback in the log; a full disk; or the daemon is to start again
2    invalid command line
78   an operator's fault: one message with place, problem and remedy; a restart cannot help
130  Ctrl-C before the daemon could stop in order, or during a check
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn, TypeVar

import uvloop

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault, StartAgain, words_of
from tradestack.runtime.arguments import Arguments, parse_arguments
from tradestack.runtime.config.keys import ConfigFile, read_config
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.config_check import check_config
from tradestack.runtime.daemon import Daemon
from tradestack.runtime.daemonize import Readiness, daemonize
from tradestack.runtime.listeners import Listeners
from tradestack.runtime.logs.handler import Destination, Logs, destination_of_stderr
from tradestack.runtime.logs.level import LogLevel
from tradestack.runtime.process.early_hangup import EarlyHangup
from tradestack.runtime.process.end_process import EXIT_STATUS_FAULT, end_despite_threads
from tradestack.runtime.process.fail_points import arm
from tradestack.runtime.process.inherited_limits import FILE_SIZE, OPEN_FILES, check_limit
from tradestack.runtime.process.inherited_signals import restore_signals
from tradestack.runtime.process.output import STDERR, STDOUT, discard_output
from tradestack.runtime.program import Program
from tradestack.runtime.supervisor.environment import (
    Environment,
    forget_supervisor,
    parse_environment,
)
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.store.free_space import DISK_FULL

C = TypeVar("C", bound=DaemonConfig)


logger = logging.getLogger(__name__)


def run(program: Program[C]) -> NoReturn:
    """Run the daemon, or what its command line asks for, and exit."""
    status = run_to_status(program, sys.argv[1:])
    end_despite_threads(status)
    sys.exit(status)


def run_to_status(program: Program[C], argv: Sequence[str]) -> int:
    """Run what the command line asks for and return the exit status of the process."""
    arguments = parse_arguments(program, argv)
    logs = _install_logs(program, destination_of_stderr(os.environ.get("JOURNAL_STREAM")))
    try:
        if arguments.tool is not None:
            tool, value = arguments.tool
            return _answer(lambda: tool.run(value, arguments.config_option, arguments.details))
        if arguments.check_config:
            return _answer(lambda: check_config(program, arguments))
        hangup = EarlyHangup()  # before the config is read: a change after that is not missed
        restore_signals()
        file = read_config(program.config_type, arguments.config_path)
        check_limit(OPEN_FILES)
        check_limit(FILE_SIZE)
        if arguments.pidfile is not None:
            return _run_detached(program, arguments, file, hangup, arguments.pidfile)
        return _run_daemon(program, arguments, file, hangup, logs, _no_launcher)
    except Exception as fault:  # the last handler: log and exit; the next start recovers
        return _log_end(fault)


def _log_end(fault: Exception) -> int:
    """Log what ends the process; return its exit status."""
    if isinstance(fault, OperatorFault):
        logger.critical("%s", fault)
        return EXIT_STATUS_OPERATOR_FAULT
    if isinstance(fault, StartAgain):
        logger.warning("%s", fault)
    elif isinstance(fault, OSError) and fault.errno in DISK_FULL:  # a restart may find space
        logger.critical("%s, the daemon exits: free space for its files", words_of(fault))
    else:
        logger.critical("unexpected fault, the daemon exits", exc_info=fault)
    return EXIT_STATUS_FAULT


def _answer(write: Callable[[], int]) -> int:
    """Run what writes to stdout; return its exit status. Raises OperatorFault for a full disk."""
    try:
        status = write()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, `head` for instance, has closed the pipe
        discard_output(STDOUT, STDERR)
        return 0
    except OSError as error:
        if error.errno not in DISK_FULL:
            raise
        discard_output(STDOUT)
        raise OperatorFault("stdout", os.strerror(error.errno), "write to another place") from error
    return status


def _install_logs(program: Program[C], destination: Destination) -> Logs:
    logs = Logs(f"tradestack-{program.name}", destination)
    logs.install(LogLevel.INFO)
    return logs


def _run_detached(
    program: Program[C],
    arguments: Arguments,
    file: ConfigFile[C],
    hangup: EarlyHangup,
    pidfile: Path,
) -> int:
    forget_supervisor(os.environ)  # the supervisor's variables are meant for the launcher

    def run_daemon(readiness: Readiness, destination: Destination) -> int:
        logs = _install_logs(program, destination)
        return _run_daemon(program, arguments, file, hangup, logs, readiness.ready)

    return daemonize(pidfile, run_daemon)


def _run_daemon(
    program: Program[C],
    arguments: Arguments,
    file: ConfigFile[C],
    hangup: EarlyHangup,
    logs: Logs,
    on_ready: Callable[[], None],
) -> int:
    """Run the daemon to its end. Raises OperatorFault, or an unexpected fault."""
    logs.set_threshold(arguments.log_level or file.config.log_level)
    logs.install_again()
    environment = parse_environment(os.environ, pid=os.getpid())
    notifier = Notifier.connect(environment.notify_socket)
    forget_supervisor(os.environ)
    clock = arm(environment.fail_points)

    async def live() -> None:
        with _open_listeners(program, arguments, file.config, environment) as listeners:
            daemon = Daemon(
                program,
                arguments,
                file,
                listeners=listeners,
                environment=environment,
                notifier=notifier,
                logs=logs,
                clock=clock,
                hangup=hangup,
            )
            await daemon.run(on_ready)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(live())
    return 0


def _open_listeners(
    program: Program[C], arguments: Arguments, config: C, environment: Environment
) -> Listeners:
    """Take the sockets that were passed; bind only where there is no supervisor to pass them."""
    if environment.notify_socket is not None or environment.listen_fds:
        return Listeners.adopt(program, environment.listen_fds)
    return Listeners.bind(program, config, arguments.instance)


def _no_launcher() -> None:
    """Do nothing: in the foreground only the supervisor waits, for READY=1."""
