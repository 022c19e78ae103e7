"""The life of a daemon: from its build to its end by a signal or a fault.

    build ─► start ─► READY=1 ─► pulse: STATUS=, WATCHDOG=1 ─► STOPPING=1 ─► stop
               │                   │ SIGHUP or a call: reload    ▲
               └── SIGTERM ────────┴── SIGTERM, SIGINT ──────────┘

An unexpected fault ends the process without `stop`: recovery from the files is the only way back,
and it is tested. Nothing else runs after it, because the state may not be what the files hold. A
second SIGTERM ends the process at once, even if the loop is stuck.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault, StartAgain
from tradestack.domain.version import VERSION
from tradestack.net.common_beat import sleep_to_beat
from tradestack.net.control.server import ControlServer
from tradestack.observe import events
from tradestack.observe.levels import Levels
from tradestack.runtime.arguments import Arguments
from tradestack.runtime.config.keys import ConfigFile
from tradestack.runtime.config.running import PendingKey
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.config_file import ReloadedFile
from tradestack.runtime.daemon_interface import daemon_interface
from tradestack.runtime.listeners import Listeners
from tradestack.runtime.logs.handler import Logs
from tradestack.runtime.logs.level import LogLevel
from tradestack.runtime.overview import Overview
from tradestack.runtime.process.early_hangup import EarlyHangup
from tradestack.runtime.process.end_process import end_process
from tradestack.runtime.process.open_files import descriptor_levels
from tradestack.runtime.process.process_facts import ProcessFacts, read_boot_id
from tradestack.runtime.program import Program
from tradestack.runtime.service import Context
from tradestack.runtime.statistics_recorder import StatisticsRecorder
from tradestack.runtime.supervisor.environment import Environment
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.runtime.supervisor.watchdog import watchdog_interval_ns
from tradestack.runtime.systemd_metrics import systemd_metrics
from tradestack.runtime.text_commands import text_commands

C = TypeVar("C", bound=DaemonConfig)

STATE_DIRECTORY = Path("/var/lib/tradestack")
logger = logging.getLogger(__name__)


class Daemon(Generic[C]):
    """One daemon, made inside its event loop; `run` returns when it was asked to end."""

    def __init__(
        self,
        program: Program[C],
        arguments: Arguments,
        file: ConfigFile[C],
        *,
        listeners: Listeners,
        environment: Environment,
        notifier: Notifier,
        logs: Logs,
        clock: Clock,
        hangup: EarlyHangup,
    ) -> None:
        """Take over the signals and build the service. Raises OperatorFault."""
        self._program = program
        self._arguments = arguments
        config = file.config
        credentials_directory = environment.credentials_directory
        self._file = ReloadedFile(program, arguments, file, listeners, credentials_directory)
        self._watchdog_ns = environment.watchdog_ns
        self._notifier = notifier
        self._logs = logs
        self._clock = clock
        facts = ProcessFacts.begin(clock)
        self._levels = Levels()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_started = False
        self._stalled: str | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._handle_signals()
        self._reload_requested = hangup.came  # before the service was started
        named_state = self._named_state(config) or environment.state_directory
        state_path = named_state or STATE_DIRECTORY / self._name
        self._service = program.build(
            Context(
                config=config,
                instance=arguments.instance,
                listeners=listeners.served,
                clock=clock,
                notifier=notifier,
                state_path=state_path,
                credentials_directory=credentials_directory,
                spawn=self.spawn,
                session_began=self._file.running.session_began,
                session_ends=lambda: self._recorder.record(),
                note_level=lambda level: self._levels.note(level, clock.monotonic_ns()),
                boot_id=environment.boot_id or read_boot_id(),
            )
        )
        self._overview = Overview(
            program=program,
            arguments=arguments,
            file=self._file,
            facts=facts,
            logs=logs,
            levels=self._levels,
            service=self._service,
        )
        # A strategy that somebody runs by hand has no directory, and needs none.
        is_kept = named_state is not None or state_path.is_dir()
        self._recorder = StatisticsRecorder(
            state_path if is_kept else None,
            self._overview.stats,
            since_ns=facts.start_wall_ns,
            clock=clock,
        )
        self._control = self._make_control(listeners)

    def _make_control(self, listeners: Listeners) -> ControlServer:
        return ControlServer(
            listeners.control,
            [
                daemon_interface(self, self._overview),
                systemd_metrics(self._name, self._overview.families),
                *self._service.interfaces(),
            ],
            text_commands(self._overview),
            clock=self._clock,
            product=f"tradestack-{self._program.name}",
        )

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT. Raises OperatorFault, or an unexpected fault."""
        serving = self.spawn(self._serve(on_ready), "daemon")
        await self._ended
        self._notifier.stopping()
        events.emit(logger, events.DAEMON_STOPPING, daemon=self._name)
        await _cancel([serving])
        await self._control.close()
        if self._is_started:
            self._recorder.record()
        await self._service.stop()
        await _cancel(self._tasks)

    async def _serve(self, on_ready: Callable[[], None]) -> None:
        await self._service.start()
        await self._control.start()
        self._beat()
        self._notifier.ready()
        on_ready()
        events.emit(logger, events.DAEMON_READY, daemon=self._name, version=VERSION)
        self._is_started = True
        self._file.log(is_reloaded=False)
        if self._reload_requested:
            self._on_hangup()
        interval_ns = NANOSECONDS_PER_SECOND
        if self._watchdog_ns is not None:
            interval_ns = watchdog_interval_ns(self._watchdog_ns)
        while True:
            await sleep_to_beat(interval_ns / NANOSECONDS_PER_SECOND)
            self._beat()

    def spawn(self, work: Coroutine[object, object, None], name: str) -> "asyncio.Task[None]":
        """Start a task; a fault in it ends the daemon. It is cancelled after `Service.stop`."""
        task = asyncio.create_task(self._watched(work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    def describe_config(self) -> dict[str, object]:
        """Return the config with which the daemon runs, with the log level that is in use."""
        return self._file.running.describe() | {"log_level": self._logs.threshold.value}

    def config_pending(self) -> dict[str, PendingKey]:
        """Return the keys that were changed in the file and do not hold yet."""
        return self._file.running.pending()

    def config_path(self) -> str:
        """Return the path of the config file."""
        return str(self._arguments.config_path)

    def set_log_level(self, level: LogLevel) -> None:
        """Log this level and more severe ones, until the next reload."""
        self._logs.set_threshold(level)

    def reload(self) -> None:
        """Read the config file again and apply it. Raises OperatorFault if it is refused.

        Nothing has changed then, and the reason is in the log and the status.
        """
        self._notifier.reloading(self._clock.monotonic_ns())
        try:
            config = self._file.reload(self._service.reload)
            self._logs.set_threshold(self._arguments.log_level or config.log_level)
            self._file.log(is_reloaded=True)
        except OSError as fault:  # of ours, whoever asked: a control connection would take it for
            self._end_with(fault)  # one of its peer
            raise
        finally:
            self._notifier.status(self._overview.status(self._stalled))
            self._notifier.ready()

    @property
    def _name(self) -> str:
        instance = self._arguments.instance
        return self._program.name if instance is None else f"{self._program.name}-{instance}"

    def _named_state(self, config: C) -> Path | None:
        path, instance = config.state_directory, self._arguments.instance
        if path is None or instance is None:
            return path
        return Path(str(path).replace("{instance}", instance))

    def _beat(self) -> None:
        """Look at the limits, send the status, and feed the watchdog if the service is healthy."""
        self._logs.install_again()
        now_ns = self._clock.monotonic_ns()
        levels = [*self._service.levels(), *self._control.levels(), *descriptor_levels()]
        self._levels.look(levels, now_ns)
        stalled = self._service.stalled(now_ns)
        if stalled is not None and self._stalled is None:
            logger.error("stalled: %s", stalled)
        self._stalled = stalled
        self._notifier.status(self._overview.status(self._stalled))
        self._recorder.look(now_ns)
        if stalled is None and self._watchdog_ns is not None:
            self._notifier.watchdog()

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._on_loop_fault)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_terminate)
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup)

    def _on_terminate(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)  # a second one ends the process
        if not self._ended.done():
            self._ended.set_result(None)

    def _on_hangup(self) -> None:
        if not self._is_started:
            self._reload_requested = True
            return
        with contextlib.suppress(OperatorFault):  # nobody waits for an answer; it is logged
            self.reload()

    async def _watched(self, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Exception as fault:
            self._end_at(fault)
            raise

    def _on_task_done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._end_with(fault)

    def _on_loop_fault(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        fault: BaseException | None = context.get("exception")
        if fault is None or (isinstance(fault, OSError) and "transport" in context):
            logger.warning("%s: %s", context.get("message"), fault)  # the connection of a peer
            return
        self._end_at(fault)
        self._end_with(fault)

    def _end_at(self, fault: BaseException) -> None:
        """End the process here, unless the fault is one that leaves everything as it was."""
        if self._is_started and not isinstance(fault, OSError | OperatorFault | StartAgain):
            end_process("in the event loop", fault)

    def _end_with(self, fault: BaseException) -> None:
        with contextlib.suppress(asyncio.InvalidStateError):  # already ending
            self._ended.set_exception(fault)


async def _cancel(tasks: "Iterable[asyncio.Task[None]]") -> None:
    """Cancel and await; the callback of each task has noted its fault."""
    cancelled = list(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
