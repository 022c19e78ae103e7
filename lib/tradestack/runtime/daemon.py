"""program, config, environment → a daemon that lives until it is told to end, or has a fault.

    sockets ─► build ─► start ─► READY=1 ─► pulse: STATUS=, WATCHDOG=1 ─► STOPPING=1 ─► stop
                          │                   │ SIGHUP: reload              ▲
                          └── SIGTERM ────────┴── SIGTERM, SIGINT ──────────┘

A fault of ours ends the process without `stop`: recovery from the files is the only way back, and
the one that is tested. A second SIGTERM leaves at once, even when the loop no longer turns.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.version import VERSION
from tradestack.net.addresses import Address
from tradestack.net.control.server import ControlServer
from tradestack.observe import events
from tradestack.observe.flat_text import flat_text
from tradestack.runtime.arguments import Arguments
from tradestack.runtime.config import describe_config, load_config
from tradestack.runtime.daemon_interface import daemon_interface
from tradestack.runtime.environment import Environment
from tradestack.runtime.listen_fds import CONTROL, adopt_sockets, bind_tcp, bind_unix
from tradestack.runtime.log_level import LogLevel
from tradestack.runtime.logs import Logs
from tradestack.runtime.notify import Notifier, watchdog_interval_ns
from tradestack.runtime.process_facts import ProcessFacts
from tradestack.runtime.service import Context, DaemonConfig, Program, Service

C = TypeVar("C", bound=DaemonConfig)

RUNTIME_DIRECTORY = Path("/run/tradestack")
STATE_DIRECTORY = Path("/var/lib/tradestack")
HELP = """\
stats   counters and values of now, one a line
help    this
All else is Varlink: tradestackctl --help, or varlinkctl introspect SOCKET.
"""

logger = logging.getLogger(__name__)


class Life(Generic[C]):
    """One daemon from its build to its end. `run` returns when it was told to end."""

    def __init__(
        self,
        program: Program[C],
        arguments: Arguments,
        config: C,
        *,
        environment: Environment,
        notifier: Notifier,
        logs: Logs,
        clock: Clock,
    ) -> None:
        self._program = program
        self._arguments = arguments
        self._config = config
        self._environment = environment
        self._notifier = notifier
        self._logs = logs
        self._clock = clock
        self._facts = ProcessFacts.begin(clock)
        self._service: Service[C] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._bound_path: Path | None = None  # a control socket that is ours to remove
        self._reloads = 0
        self._reloads_refused = 0
        self._stalled: str | None = None
        self._refused: OperatorFault | None = None  # why the last reload was

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Raises what ends the daemon other than a signal: OperatorFault, or a fault of ours."""
        loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = loop.create_future()
        loop.set_exception_handler(self._on_loop_fault)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_terminate)
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup)
        listeners = self._open_listeners()
        control = listeners.pop(CONTROL)
        try:
            await self._serve(listeners, control, on_ready)
        finally:
            for listener in (*listeners.values(), control):
                listener.close()
            if self._bound_path is not None:
                self._bound_path.unlink(missing_ok=True)

    async def _serve(
        self,
        listeners: Mapping[str, socket.socket],
        control: socket.socket,
        on_ready: Callable[[], None],
    ) -> None:
        service = self._service = self._program.build(self._context(listeners))
        control_server = ControlServer(
            control,
            [daemon_interface(self), *service.interfaces()],
            {"stats": lambda: flat_text(self.stats()), "help": lambda: HELP},
            product=f"tradestack-{self._program.name}",
        )
        living = self.spawn(self._live(service, control_server, on_ready), "life")
        await self._ended
        self._notifier.stopping()
        events.emit(logger, events.DAEMON_STOPPING, daemon=self._name())
        await _cancel([living])
        await control_server.close()
        await service.stop()
        await _cancel(self._tasks)

    async def _live(
        self, service: Service[C], control_server: ControlServer, on_ready: Callable[[], None]
    ) -> None:
        await service.start()
        await control_server.start()
        self._beat()
        self._notifier.ready()
        on_ready()
        events.emit(logger, events.DAEMON_READY, daemon=self._name(), version=VERSION)
        interval_ns = NANOSECONDS_PER_SECOND
        if self._environment.watchdog_ns is not None:
            interval_ns = watchdog_interval_ns(self._environment.watchdog_ns)
        while True:
            await asyncio.sleep(interval_ns / NANOSECONDS_PER_SECOND)
            self._beat()

    def spawn(self, work: Coroutine[object, object, None], name: str) -> "asyncio.Task[None]":
        """A task whose fault ends the daemon; cancelled when the service has stopped."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    def stats(self) -> dict[str, object]:
        """What GetStats answers."""
        stats: dict[str, object] = {"daemon": self._program.name}
        if self._arguments.instance is not None:
            stats["instance"] = self._arguments.instance
        stats |= {"version": VERSION} | self._facts.stats() | {"last_error": self._logs.last_error}
        if self._service is not None:
            stats |= self._service.stats()
        process = cast("Mapping[str, object]", stats.get("process", {}))
        stats["process"] = {
            **process,
            "config_reloads": self._reloads,
            "config_reloads_refused": self._reloads_refused,
        }
        return stats

    def describe_config(self) -> dict[str, object]:
        """The effective values."""
        return describe_config(self._config)

    def config_path(self) -> str:
        """Where they were read from."""
        return str(self._arguments.config_path)

    def set_log_level(self, level: LogLevel) -> None:
        """Until the next reload."""
        self._logs.set_threshold(level)

    def _name(self) -> str:
        instance = self._arguments.instance
        return self._program.name if instance is None else f"{self._program.name}-{instance}"

    def _context(self, listeners: Mapping[str, socket.socket]) -> Context[C]:
        default_state = self._environment.state_directory or STATE_DIRECTORY / self._program.name
        return Context(
            config=self._config,
            instance=self._arguments.instance,
            listeners=listeners,
            clock=self._clock,
            notifier=self._notifier,
            state_path=self._config.state_directory or default_state,
            credentials_directory=self._environment.credentials_directory,
            version=VERSION,
            spawn=self.spawn,
        )

    def _open_listeners(self) -> dict[str, socket.socket]:
        names = self._program.listen_fds
        if self._notifier.supervised or self._environment.listen_fds:
            return adopt_sockets(self._environment.listen_fds, names)
        return {name: self._bind(name) for name in names}

    def _bind(self, name: str) -> socket.socket:
        if name != CONTROL:
            listen: Address = cast("Any", self._config).listen
            return bind_tcp(listen)
        path = self._config.control_socket or RUNTIME_DIRECTORY / f"{self._name()}.sock"
        if self._arguments.instance is not None:  # one config may be a pattern for several
            path = Path(str(path).replace("{instance}", self._arguments.instance))
        listener = bind_unix(path)
        self._bound_path = path
        return listener

    def _beat(self) -> None:
        """Tells the supervisor how it goes, and feeds its watchdog if the service is well."""
        if self._service is None:
            return
        stalled = self._service.stalled(self._clock.monotonic_ns())
        if stalled is not None and self._stalled is None:
            logger.error("stalled: %s", stalled)
        self._stalled = stalled
        self._notifier.status(self._status(self._service))
        if stalled is None and self._environment.watchdog_ns is not None:
            self._notifier.watchdog()

    def _status(self, service: Service[C]) -> str:
        """What is wrong comes first: `systemctl status` cuts the line at its end."""
        parts = []
        if self._stalled is not None:
            parts.append(f"stalled: {self._stalled}")
        if self._refused is not None:
            parts.append(f"last reload refused: {self._refused.where}: {self._refused.problem}")
        return "; ".join([*parts, service.status()])

    def _on_terminate(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)  # the next one has its default effect
            signal.signal(number, signal.SIG_DFL)
        if not self._ended.done():
            self._ended.set_result(None)

    def _on_hangup(self) -> None:
        if self._service is None:
            return
        self._notifier.reloading(self._clock.monotonic_ns())
        try:
            config = load_config(self._program.config_type, self._arguments.config_path)
            self._service.reload(config)
        except OperatorFault as fault:
            self._reloads_refused += 1
            self._refused = fault
            events.emit(logger, events.CONFIG_REFUSED, reason=fault)
        else:
            self._reloads += 1
            self._config = config
            self._refused = None
            self._logs.set_threshold(self._arguments.log_level or config.log_level)
            events.emit(logger, events.CONFIG_RELOADED, path=self._arguments.config_path)
        finally:
            self._notifier.status(self._status(self._service))
            self._notifier.ready()

    def _on_task_done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._end_with(fault)

    def _on_loop_fault(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        fault: BaseException | None = context.get("exception")
        if fault is None or (isinstance(fault, OSError) and "transport" in context):
            logger.warning("%s: %s", context.get("message"), fault)  # a peer's connection broke
            return
        self._end_with(fault)

    def _end_with(self, fault: BaseException) -> None:
        with contextlib.suppress(asyncio.InvalidStateError):  # already ending, for another reason
            self._ended.set_exception(fault)


async def _cancel(tasks: "Iterable[asyncio.Task[None]]") -> None:
    """Cancels and awaits; a fault on the way out has been noted by the task's callback."""
    cancelled = list(tasks)
    for task in cancelled:
        task.cancel()
    await asyncio.gather(*cancelled, return_exceptions=True)
