"""Runs of no engine: each earns what its parameters say. They are found by other processes."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tradestack.backtest.sweep.figures import Intervals
from tradestack.backtest.sweep.run import RunResult
from tradestack.backtest.sweep.tasks import Task
from tradestack.backtest.sweep.window import Window
from tradestack.report.statistics.equity import EquitySeries, Integers

SECOND_NS = 1_000_000_000
SPAN = Window(0, 70 * SECOND_NS)


def every_second(window: Window = SPAN) -> Integers:
    """A feed with a tick at each full second of a window that begins at one."""
    return np.arange(window.start_ns, window.end_ns, SECOND_NS, dtype=np.int64)


def intervals() -> Intervals:
    """An interval a second."""
    return Intervals(SECOND_NS, every_second() + SECOND_NS)


def earns(parameters: Mapping[str, str], window: Window) -> RunResult:
    """Earn `gain` a second, and win and lose `swing` in turns; nothing at all without either."""
    gain, swing = (int(parameters.get(name, "0")) for name in ("gain", "swing"))
    times_ns = every_second(window)
    seconds = times_ns // SECOND_NS - window.start_ns // SECOND_NS + 1
    equity = EquitySeries(times_ns, gain * seconds + swing * (seconds % 2))
    count = len(times_ns)
    return RunResult(equity, ticks=count, orders=2 * gain * count, fills=gain * count)


def fails(parameters: Mapping[str, str], window: Window) -> RunResult:
    """Fail where `gain` is 3; exit where it is 9; be killed where it is 13; else earn."""
    if parameters["gain"] == "3":
        raise ValueError("three is\nnot allowed")
    if parameters["gain"] == "9":
        sys.exit("nine is not allowed")
    if parameters["gain"] == "13":
        os.kill(os.getpid(), signal.SIGKILL)
    return earns(parameters, window)


@dataclass(frozen=True)
class Waits:
    """Say by a line in a pipe that a run has begun, and wait for what never comes."""

    begun: Path

    def __call__(self, parameters: Mapping[str, str], window: Window) -> RunResult:
        if parameters["gain"] != "0":
            with self.begun.open("w") as pipe:
                pipe.write(f"{os.getpid()}\n")
            signal.pause()
        return earns(parameters, window)


def tasks_of(*gains: int) -> list[Task]:
    """A task for each gain."""
    return [Task(number, {"gain": str(gain)}, SPAN) for number, gain in enumerate(gains)]
