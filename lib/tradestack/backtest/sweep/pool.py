"""Runs in several processes at once.

The processes are started again, not forked, and each is given once what makes the runs. At most as
many runs as processes are under way, so that it is known what a process that dies has done. Whoever
stops iterating, by Ctrl-C for instance, ends them, and so does the end of this process.
"""

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.process import BaseProcess
from multiprocessing.util import Finalize

from tradestack.backtest.interruption import Interruption
from tradestack.backtest.sweep.tasks import Measure, Outcome, Task
from tradestack.runtime.process.end_process import end_despite_threads
from tradestack.runtime.process.started_processes import end_with_parent

JOBS_MAX = 256  # processes at once; each takes some 50 MB
DIED = "the process of this run was killed or has crashed; if memory is short, use fewer --jobs"

_INTERRUPTION_POLL_S = 0.1

_measure: Measure | None = None  # in a process of the pool


def run_tasks(tasks: Sequence[Task], measure: Measure, jobs: int) -> Generator[Outcome, None, None]:
    """Make all runs, `jobs` at once; yield what comes of each as soon as it is known.

    When a process dies, the runs that were under way are repeated one by one: that of the run which
    ends its process again is DIED.
    """
    waiting = deque(tasks)
    while waiting:
        interrupted = yield from _run_until_broken(waiting, measure, min(jobs, len(waiting)))
        if len(interrupted) == 1:
            yield Outcome(interrupted[0], None, DIED)
            continue
        for task in interrupted:
            yield from run_tasks([task], measure, 1)


def _run_until_broken(
    waiting: "deque[Task]", measure: Measure, jobs: int
) -> Generator[Outcome, None, Sequence[Task]]:
    """Make runs until none waits or a process dies; return those that were under way then.

    Ctrl-C raises KeyboardInterrupt between two waits: one within `wait` could leave a lock taken
    that the end of the pool needs.
    """
    others = multiprocessing.active_children()
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, spawn, _begin, (measure, os.getpid()))
    under_way: dict[Future[Outcome], Task] = {}
    with Interruption() as interruption:
        try:
            while waiting or under_way:
                while waiting and len(under_way) < jobs:
                    with _interrupts_blocked():
                        future = pool.submit(_run, waiting[0])
                    under_way[future] = waiting.popleft()
                done, _ = wait(under_way, _INTERRUPTION_POLL_S, FIRST_COMPLETED)
                if interruption.is_asked:
                    raise KeyboardInterrupt
                for future in done:
                    outcome = future.result()
                    del under_way[future]
                    yield outcome
        except BrokenProcessPool:
            return tuple(under_way.values())
        finally:
            if under_way:
                _kill_all_but(others)
            pool.shutdown(cancel_futures=True)
    return ()


def _kill_all_but(others: Sequence[BaseProcess]) -> None:
    for child in multiprocessing.active_children():
        if child not in others:
            child.kill()


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Let what is started here never get a Ctrl-C, which a terminal sends to every process.

    It would print a traceback. The mask is inherited; this process gets the signal afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(measure: Measure, parent_id: int) -> None:
    """Prepare a process of the pool: it ends with its parent, however that does, or its work."""
    global _measure
    _measure = measure
    end_with_parent(parent_id)
    # Threads of the strategy would keep it from ending, and the pool waits for that.
    Finalize(None, end_despite_threads, (0,), exitpriority=0)


def _run(task: Task) -> Outcome:
    assert _measure is not None
    return _measure(task)
