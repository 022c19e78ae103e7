"""The end of processes that code of others has started."""

import os
import select
import subprocess
import sys
import threading  # noqa: TID251  as code of others does

import pytest

from tradestack.runtime.process import started_processes
from tradestack.runtime.process.started_processes import started_processes_ended

DEADLINE_S = 20


def waiting(*words: str) -> "subprocess.Popen[bytes]":
    """A process that has begun, and waits until it is killed."""
    process = subprocess.Popen(["sh", "-c", *words], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def test_what_was_started_meanwhile_is_killed_and_nothing_else() -> None:
    """Its children as well, in whatever session: their ends of a pipe are closed."""
    with waiting("echo; exec sleep 1000") as earlier:
        try:
            with started_processes_ended():
                orphan = waiting("sh -c 'setsid sleep 1000 & echo; wait' & wait")
                orphan.kill()
                orphan.wait()

            with orphan:
                assert orphan.stdout is not None
                assert select.select([orphan.stdout], [], [], DEADLINE_S)[0]
                assert orphan.stdout.read() == b""
            assert earlier.poll() is None
        finally:
            earlier.kill()


def test_it_may_have_ended_already() -> None:
    """Its status is taken, unless the code that has started it did so: nothing remains of it."""
    with started_processes_ended():
        subprocess.run([sys.executable, "-c", ""], check=True)
        child = os.fork()
        if not child:
            os._exit(0)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)

    with pytest.raises(ChildProcessError):
        os.waitpid(child, os.WNOHANG)


def test_what_is_started_anew_without_end_does_not_hold_the_end_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Threads that start another process whenever one is killed; the last ones are left."""
    monkeypatch.setattr(started_processes, "KILLING_SECONDS_MAX", 0.1)
    started: list[subprocess.Popen[bytes]] = []
    has_ended = threading.Event()

    def start_again() -> None:
        while not has_ended.is_set():
            started.append(subprocess.Popen(["sleep", "1000"]))
            started[-1].wait()

    threads = [threading.Thread(target=start_again) for _ in range(8)]
    with started_processes_ended():
        for thread in threads:
            thread.start()
    has_ended.set()

    for thread in threads:
        while thread.is_alive():
            for process in started:
                process.kill()
            thread.join(0.01)
