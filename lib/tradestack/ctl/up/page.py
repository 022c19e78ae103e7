"""The web server of a stack in the foreground; its end does not end the stack.

It starts with the run and ends after it. If it dies, it is started again, whatever --respawn says.
"""

import asyncio
import contextlib
import importlib.util
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from tradestack.ctl.running_daemons import WEB, WEB_CONTROL
from tradestack.ctl.up.child_process import ChildCommand, ChildDied
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.stack_files import StackFiles
from tradestack.ctl.up.supervised import AfterDeath, Supervised
from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address, name_of
from tradestack.runtime.supervisor.listen_fds import CONTROL, bind_tcp, bind_unix
from tradestack.store.python_package import installation_of

HOST = "127.0.0.1"
STOP_TIMEOUT_S = 5.0
PACKAGES = ("starlette", "uvicorn")
PROGRAM = Path(sys.executable).parent / "tradestack-web"


def require_web() -> None:
    """Raise OperatorFault unless the packages of the web server are installed."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        remedy = f"{installation_of(*missing)}, or leave out --web"
        raise OperatorFault("--web", f"not installed: {', '.join(missing)}", remedy)


@contextlib.asynccontextmanager
async def served_page(port: int | None, files: StackFiles, screen: Screen) -> AsyncIterator[None]:
    """Serve the page while the body runs; port: None = no page. Raises OperatorFault."""
    if port is None:
        yield
        return
    with contextlib.ExitStack() as opened:
        listeners = {
            "page": opened.enter_context(_bound(port)),
            "local": opened.enter_context(bind_unix(files.socket_path(WEB), "page_socket")),
            CONTROL: opened.enter_context(bind_unix(files.socket_path(WEB_CONTROL))),
        }
        server = Supervised(
            _command(files, listeners),
            screen.daemon_line,
            lambda death: _show_death(screen, death),
            AfterDeath.RESPAWN,
        )
        watch = asyncio.create_task(server.watch())
        watch.add_done_callback(lambda done: _show_end(screen, done))
        _describe(files, screen, name_of(listeners["page"].getsockname()))
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await _stop(server)


def _command(files: StackFiles, listeners: dict[str, socket.socket]) -> ChildCommand:
    config = {
        **files.common(WEB),
        "control_socket": str(files.socket_path(WEB_CONTROL)),
        "page_socket": str(files.socket_path(WEB)),
        "listen": name_of(listeners["page"].getsockname()),
        "runtime_directory": str(files.root / "run"),
        "stack_directory": str(files.root / "state"),
        "idle_exit": "0",
    }
    return ChildCommand(
        name=WEB,
        argv=[str(PROGRAM), "--config", str(files.write_config(WEB, config))],
        listeners=listeners,
        variables={},
        notify_path=files.notify_path(WEB),
    )


def _bound(port: int) -> socket.socket:
    try:
        return bind_tcp(Address(HOST, port))
    except OperatorFault as fault:
        raise OperatorFault(f"--web {port}", fault.problem, "choose another port") from None


def _describe(files: StackFiles, screen: Screen, address: str) -> None:
    screen.line(f"page http://{address}/, without a login to look only")
    program = str(Path(sys.executable).parent / "tradestackctl")
    screen.command("to log in", program, f"--runtime-dir {files.root}/run web --open")


def _show_death(screen: Screen, death: ChildDied) -> None:
    screen.line(f"{death}; starting it again")


def _show_end(screen: Screen, watch: "asyncio.Task[ChildDied]") -> None:
    if not watch.cancelled():
        screen.line(f"the page is not served any more: {watch.result()}")


async def _stop(server: Supervised) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        server.child.send_signal(number)
        await asyncio.wait({server.child.exited}, timeout=STOP_TIMEOUT_S)
