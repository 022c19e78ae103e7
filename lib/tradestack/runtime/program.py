"""Program → exit status: what every daemon's `main()` calls, and all it calls.

command line ─► config ─► [daemonize] ─► environment, logs ─► Life on a uvloop ─► exit status

0    told to end, --check-config without a finding, or the launcher of a ready daemon
1    a fault of ours; the log has its trace; or a full disk
2    the command line was not understood
78   an operator's fault: one message with place, problem and remedy; a restart would not help
"""

import asyncio
import errno
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

import uvloop

from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault
from tradestack.runtime.arguments import Arguments, parse_arguments
from tradestack.runtime.clock import SystemClock
from tradestack.runtime.config import load_config
from tradestack.runtime.daemon import Life
from tradestack.runtime.environment import forget_supervisor, parse_environment
from tradestack.runtime.fail_points import arm
from tradestack.runtime.log_level import LogLevel
from tradestack.runtime.logs import Destination, Logs, destination_of_stderr
from tradestack.runtime.notify import Notifier
from tradestack.runtime.service import DaemonConfig, Program

C = TypeVar("C", bound=DaemonConfig)

EXIT_STATUS_CRASHED = 1
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)  # a restart may find room, so it is no fault for 78

logger = logging.getLogger(__name__)


def run(program: Program[C]) -> NoReturn:
    """The whole life of the process."""
    sys.exit(run_to_status(program, sys.argv[1:]))


def run_to_status(program: Program[C], argv: Sequence[str]) -> int:
    """Runs what the command line asks for; the process's exit status."""
    arguments = parse_arguments(program, argv)
    logs = _install_logs(program, destination_of_stderr(os.environ.get("JOURNAL_STREAM")))
    try:
        if arguments.tool is not None:
            tool, value = arguments.tool
            return tool.run(value, arguments.config_given)
        config = load_config(program.config_type, arguments.config_path)
        if arguments.check_config:
            sys.stdout.write(f"{arguments.config_path}: ok\n")
            return 0
        if arguments.pidfile is not None:
            return _run_detached(program, arguments, config)
        return _run_life(program, arguments, config, logs, _nobody_waits)
    except OperatorFault as fault:
        logger.critical("%s", fault)
        return EXIT_STATUS_OPERATOR_FAULT
    except OSError as error:
        if error.errno not in DISK_FULL:
            logger.critical("unexpected fault, the daemon ends", exc_info=True)
        else:
            logger.critical("%s, the daemon ends: make room where its files are", error.strerror)
        return EXIT_STATUS_CRASHED
    except Exception:  # the last line of defence: say it and die, the files know the rest
        logger.critical("unexpected fault, the daemon ends", exc_info=True)
        return EXIT_STATUS_CRASHED


def _install_logs(program: Program[C], destination: Destination) -> Logs:
    logs = Logs(f"tradestack-{program.name}", destination)
    logs.install(LogLevel.INFO)
    return logs


def _run_detached(program: Program[C], arguments: Arguments, config: C) -> int:
    # Imported here: only hosts without systemd need it.
    from tradestack.runtime.daemonize import Readiness, daemonize

    assert arguments.pidfile is not None
    forget_supervisor(os.environ)  # whatever it was told was meant for the launcher

    def run_daemon(readiness: Readiness, destination: Destination) -> int:
        logs = _install_logs(program, destination)
        return _run_life(program, arguments, config, logs, readiness.ready)

    return daemonize(arguments.pidfile, run_daemon)


def _run_life(
    program: Program[C],
    arguments: Arguments,
    config: C,
    logs: Logs,
    on_ready: Callable[[], None],
) -> int:
    """Raises OperatorFault, and what is a fault of ours."""
    logs.set_threshold(arguments.log_level or config.log_level)
    environment = parse_environment(os.environ, pid=os.getpid())
    notifier = Notifier.connect(environment.notify_socket)
    forget_supervisor(os.environ)
    clock = SystemClock()
    arm(environment.fail_points, clock)
    life = Life(
        program,
        arguments,
        config,
        environment=environment,
        notifier=notifier,
        logs=logs,
        clock=clock,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(life.run(on_ready))
    return 0


def _nobody_waits() -> None:
    """A supervisor was told by READY=1; a foreground daemon tells nobody else."""
