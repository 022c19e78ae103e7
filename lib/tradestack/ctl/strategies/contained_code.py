"""What a strategy's own code may do to a backtest: print, start processes, end its own one."""

import contextlib
import json
import os
import select
import signal
import tempfile
from collections.abc import Iterator
from typing import NoReturn

from tradestack.backtest.plan import name_of, strategy_class
from tradestack.ctl.strategies.inspection import INSPECTION_SECONDS_MAX, end_of, shortened
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.process.output import STDERR, STDOUT, stdout_on_stderr
from tradestack.runtime.process.started_processes import end_with_parent, started_processes_ended
from tradestack.strategies.registry import SHIPPED


@contextlib.contextmanager
def contained(strategy: str) -> Iterator[None]:
    """Let a strategy be run: stdout stays free for the result, and its processes end.

    Raises OperatorFault if it cannot be imported.
    """
    if strategy not in SHIPPED:
        with started_processes_ended():  # which the run would meet, at a port for example
            _try_import(name_of(strategy))
    with started_processes_ended(), stdout_on_stderr():
        yield


def _try_import(name: str) -> None:
    """Import a strategy in a copy of this process first. Raises OperatorFault.

    Its file may end the process that imports it, or crash it: nothing would say why.
    """
    with tempfile.TemporaryFile() as result, tempfile.TemporaryFile() as output:
        status = _status_of_copy(name, result.fileno(), output.fileno())
        result.seek(0)
        answer = result.read()
        printed = shortened(output)
    if not answer:
        problem = f"{end_of(status)}{printed and f', after it printed: {printed}'}"
        raise OperatorFault(f"strategy {name}", problem, "correct it, and run it again")
    fault = json.loads(answer)
    if fault is not None:
        raise OperatorFault(**fault)


def _status_of_copy(name: str, result: int, output: int) -> int | None:
    """Have a copy of this process import it; return the copy's exit status, None if it hangs."""
    own = os.getpid()
    copy = os.fork()
    if not copy:
        _import_and_end(name, result, output, own)
    end = os.pidfd_open(copy)
    try:
        poll = select.poll()
        poll.register(end, select.POLLIN)
        ended = poll.poll(1_000 * INSPECTION_SECONDS_MAX)
    finally:
        os.close(end)
        os.kill(copy, signal.SIGKILL)
        _, status = os.waitpid(copy, 0)
    return os.waitstatus_to_exitcode(status) if ended else None


def _import_and_end(name: str, result: int, output: int, parent_id: int) -> NoReturn:
    """Import a strategy, write its fault or null, and end whatever it has begun."""
    try:
        end_with_parent(parent_id)
        for stream in (STDOUT, STDERR):
            os.dup2(output, stream)
        os.write(result, json.dumps(_fault_of(name)).encode())
    finally:
        os._exit(0)


def _fault_of(name: str) -> dict[str, str] | None:
    try:
        strategy_class(name)
    except OperatorFault as fault:
        return {"where": fault.where, "problem": fault.problem, "remedy": fault.remedy}
    return None
