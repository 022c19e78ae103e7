"""What is done to processes, files and the disk of a running stack."""

import asyncio
import contextlib
import os
import shutil
import signal
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.faults.attack.schedule import Durability, Event, Kind
from tests.faults.compare.evidence import feed_logs_in, journals_in
from tests.faults.disk import Disk, limited_file, write_back
from tests.faults.repetition import Repetition
from tests.faults.stack import GATEWAY, ORDER_MANAGER, RunningStack
from tradestack.net.control.client import ControlFault

SHARED_MEMORY = Path("/dev/shm")  # a boot empties it
POLL_S = 0.02
# No multiple of a packet or a line: the write at the limit is torn.
FILE_ROOM_BYTES = 5_001
NOTICE_MAX_S = 3.0  # until a daemon has met a full disk; without ticks and orders it never does


class Damage:
    """Does one event at a time; afterwards the cause is gone, not yet its consequences."""

    def __init__(self, repetition: Repetition, disk: Disk | None) -> None:
        """disk: where the stack's directory is; without one no event that needs it may come."""
        self._repetition = repetition
        self._stack = repetition.stack
        self._disk = disk

    async def do(self, event: Event, durability: Durability) -> None:
        """Do it. Raises RunFailed."""
        match event.kind:
            case Kind.KILL | Kind.KILL_ALL:
                await self._kill(event)
            case Kind.STOP | Kind.SILENCE:
                await self._stop(event, signal.SIGCONT)
            case Kind.WATCHDOG:  # as systemd does
                await self._stop(event, signal.SIGABRT, signal.SIGCONT)
            case Kind.FULL_DISK:
                await self._fill_disk(event.length_s)
            case Kind.FILE_LIMIT:
                await self._limit_file(event.victim)
            case Kind.POWER_CUT_DISK | Kind.POWER_CUT_OS | Kind.DISK_FAILURE:
                await self._cut_power(event, durability)

    # ---- processes ---------------------------------------------------------------------------

    async def _running(self, daemon: str) -> int:
        """Return the daemon's pid; wait until it runs."""
        while (pid := self._stack.pids().get(daemon)) is None and not self._stack.has_ended:
            await asyncio.sleep(POLL_S)
        return pid or 0

    async def _ready(self, daemon: str) -> int | None:
        """Return the pid of a daemon that answers; None if `up` has ended.

        At its start a daemon refuses to run with too small a limit.
        """
        while not self._stack.has_ended:
            pid = await self._running(daemon)
            with contextlib.suppress(ControlFault):
                await self._stack.stats_of(daemon)
                if self._stack.pids().get(daemon) == pid:
                    return pid
            await asyncio.sleep(POLL_S)
        return None

    async def _kill(self, event: Event) -> None:
        await self._running(event.victim)
        pids = self._stack.pids()
        for daemon in pids if event.kind is Kind.KILL_ALL else [event.victim]:
            if daemon in pids:
                os.kill(pids[daemon], signal.SIGKILL)

    async def _stop(self, event: Event, *ends: signal.Signals) -> None:
        pid = await self._running(event.victim)
        self._stack.signal(event.victim, signal.SIGSTOP)
        await asyncio.sleep(event.length_s)
        if self._stack.pids().get(event.victim) == pid:  # it is a child of `up`: not reused
            for number in ends:
                os.kill(pid, number)

    # ---- files and disk ----------------------------------------------------------------------

    async def _fill_disk(self, length_s: float) -> None:
        assert self._disk is not None
        with self._disk.filled():
            await asyncio.gather(*(wait_for_block(self._stack, name) for name in BLOCK_OF))
            await asyncio.sleep(length_s)

    async def _limit_file(self, daemon: str) -> None:
        directory = self._stack.directory
        files = feed_logs_in(directory) if daemon == GATEWAY else journals_in(directory)
        pid = await self._ready(daemon)
        if pid is None:
            return
        with limited_file(pid, files[-1].stat().st_size + FILE_ROOM_BYTES):
            await wait_for_block(self._stack, daemon)

    async def _cut_power(self, event: Event, durability: Durability) -> None:
        """Cut the power, and start again when the machine has booted.

        All daemons are stopped meanwhile: an fdatasync that is going on when the file system is
        shut down may report success without having written. A cut is noticed by none of them; after
        a failure of the disk they continue, and each meets its errors.
        """
        assert self._disk is not None
        stack, gathering = self._stack, self._repetition.gathering
        suffix = tomllib.loads(stack.files.config(GATEWAY).read_text())["segment_suffix"]
        self._write_back(event)
        if event.kind is not Kind.DISK_FAILURE:
            await asyncio.sleep(event.length_s)
        await stack.hold()
        await stack.pause()
        self._disk.shut_down()
        if event.kind is Kind.DISK_FAILURE:
            for daemon in stack.daemons:
                stack.signal(daemon, signal.SIGCONT)
            await asyncio.sleep(event.length_s)
        gathering.power_cuts += 1
        if durability is Durability.OS:
            gathering.may_lack_their_ends |= {path.stem for path in journals_in(stack.directory)}
        await stack.cut_power()
        gathering.note_head()
        await self._disk.unmount()
        for books in SHARED_MEMORY.glob(f"*{suffix}"):
            shutil.rmtree(books)
        self._disk.mount()
        await self._repetition.restart()

    def _write_back(self, event: Event) -> None:
        directory = self._stack.directory
        files = {
            "feed": feed_logs_in(directory)[-1],
            "journal": journals_in(directory)[-1],
            "order-log": directory / "log" / "order_log.txt",
        }
        for name in event.written_back:
            write_back(files[name])


BLOCK_OF: dict[str, Callable[[dict[str, Any]], bool]] = {
    GATEWAY: lambda stats: stats["publication_blocked"] is not None,
    ORDER_MANAGER: lambda stats: stats["journal_fault"] is not None,
}


async def wait_for_block(stack: RunningStack, daemon: str) -> bool:
    """Wait until a daemon has met a full disk; return whether it has, before NOTICE_MAX_S."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(NOTICE_MAX_S):
            while True:
                with contextlib.suppress(ControlFault):
                    if BLOCK_OF[daemon](await stack.stats_of(daemon)):
                        return True
                await asyncio.sleep(POLL_S)
    return False
