"""Slow answers by tradestackctl: the story of an order, the report of a session.

It has its own process, so that no viewer waits for it, and its memory is gone at the end.
"""

import asyncio
import contextlib
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack_web.http.errors import ApiError

PROGRAM = Path(sys.executable).parent / "tradestackctl"
WAITING_MAX = 8  # one runs, the others wait for it
WAITING_PER_ORIGIN_MAX = 4  # of one local user or other host, so that none takes all places
OUTPUT_BYTES_MAX = 8 * 1024 * 1024
ERROR_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Finished:
    """The result of a command: exit status, output, and messages for people."""

    status: int
    output: bytes
    error: str


class Commands:
    """Runs one command at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._waiting: Counter[str] = Counter()  # by origin

    async def run(self, arguments: Sequence[str], deadline_s: float, origin: str) -> Finished:
        """Run tradestackctl with these arguments. Raises ApiError if it is busy, or too late.

        origin: whoever asks (net/origins.py).
        """
        is_full = self._waiting.total() == WAITING_MAX
        if is_full or self._waiting[origin] == WAITING_PER_ORIGIN_MAX:
            message, remedy = "too many reports are being made", "try again in a moment"
            raise ApiError(503, "busy", message, remedy, retry_after_s=1)
        self._waiting[origin] += 1
        try:
            async with self._turn:
                return await _run(arguments, deadline_s)
        finally:
            self._waiting[origin] -= 1
            if not self._waiting[origin]:
                del self._waiting[origin]


async def _run(arguments: Sequence[str], deadline_s: float) -> Finished:
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=OUTPUT_BYTES_MAX,
    )
    try:
        async with asyncio.timeout(deadline_s):
            output, error = await process.communicate()
    except TimeoutError:
        message = f"this took more than {deadline_s:g} s"
        remedy = f"run it yourself: tradestackctl {' '.join(arguments)}"
        raise ApiError(504, "too_late", message, remedy) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    assert process.returncode is not None
    return Finished(
        process.returncode, output, error.decode(errors="replace")[-ERROR_CHARACTERS_MAX:]
    )
