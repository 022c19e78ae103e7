"""All tests in several processes of pytest side by side: one verdict, one summary.

    portions ─► one more at a time than there are processors ─► outcomes ─► summary, exit status

A portion's output is printed in one piece, and only if something failed; all are kept. Ctrl-C, and
SIGTERM, interrupt the portions that run, which then end as pytest does, and print what they have.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.whole.outcome import Outcome, counted, results_in
from tests.whole.portions import portions_of

SLOWEST_SHOWN = 10
STATUS_INTERRUPTED = 130
# What the portions would write into one cache for `--last-failed`, each would overwrite.
OPTIONS = ("-p", "no:cacheprovider", "-o", "junit_family=xunit1")


@dataclass(slots=True)
class WholeRun:
    """Portions of tests, run by a command; `outcomes` has those that have ended."""

    command: Sequence[str]  # pytest, without paths
    portions: Sequence[Path]
    kept: Path  # the directory for outputs and records
    temporary: Path  # the directory for temporary files; those of portions that failed stay
    outcomes: list[Outcome] = field(default_factory=list)
    interrupted: bool = False
    _running: set[asyncio.subprocess.Process] = field(default_factory=set)

    async def run(self, side_by_side: int) -> None:
        """Run all portions, so many at a time; return when the last has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.interrupt)
        waiting = list(reversed(self.portions))

        async def lane() -> None:
            while waiting and not self.interrupted:
                await self._run_portion(waiting.pop())

        async with asyncio.TaskGroup() as lanes:
            for _ in range(side_by_side):
                lanes.create_task(lane())

    def interrupt(self) -> None:
        """Begin no other portion, and interrupt those that run."""
        self.interrupted = True
        for process in self._running:
            _interrupt(process)

    async def _run_portion(self, portion: Path) -> None:
        output, junit = (self.kept / f"{portion.name}.{end}" for end in ("txt", "xml"))
        started = time.monotonic()
        with output.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                *(f"--junit-xml={junit}", f"--basetemp={self.temporary / portion.name}"),
                str(portion),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=file,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # or a terminal would interrupt it as well, that is twice
            )
        self._running.add(process)
        if self.interrupted:  # while it was started
            _interrupt(process)
        status = await process.wait()
        self._running.discard(process)
        seconds = time.monotonic() - started
        text = output.read_text(errors="replace")
        self._report(Outcome(portion.name, status, seconds, list(results_in(junit)), text))

    def _report(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if outcome.passed:
            shutil.rmtree(self.temporary / outcome.name, ignore_errors=True)
        else:
            print(f"\n{outcome.output}")
        place = f"{len(self.outcomes)}/{len(self.portions)}"
        print(
            f"[{place}] {outcome.name}: {outcome.in_words()} in {outcome.seconds:.0f} s", flush=True
        )


def portions_at_a_time() -> int:
    """Return one more than there are processors: a test waits for its daemons now and then."""
    return len(os.sched_getaffinity(0)) + 1


def _interrupt(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)


def summary(run: WholeRun) -> str:
    """Return the slowest tests, what was skipped, what failed, and the verdict in the last line."""
    tests = [test for outcome in run.outcomes for test in outcome.results]
    slowest = sorted(tests, key=lambda test: -test.seconds)[:SLOWEST_SHOWN]
    failed = [outcome for outcome in run.outcomes if not outcome.passed]
    lines = ["", "slowest tests:"]
    lines += [f"  {test.seconds:6.1f} s  {test.name}" for test in slowest]
    lines += [f"skipped: {test.name}: {test.skipped}" for test in tests if test.skipped]
    lines += [f"failed: {test.name}" for test in tests if test.failed]
    lines += [f"failed: {outcome.name}: {outcome.in_words()}" for outcome in failed]
    if run.interrupted:
        missing = len(run.portions) - len(run.outcomes)
        lines.append(f"interrupted: {missing} of {len(run.portions)} portions were not begun")
    lines.append(f"{'FAILED' if exit_status(run) else 'PASSED'}: {counted(tests)}")
    return "\n".join(lines)


def exit_status(run: WholeRun) -> int:
    """Return 0 if every portion has run and passed."""
    if run.interrupted:
        return STATUS_INTERRUPTED
    complete = len(run.outcomes) == len(run.portions)
    return 0 if complete and all(outcome.passed for outcome in run.outcomes) else 1


def main(tests: Path, kept: Path, command: Sequence[str]) -> int:
    """Run all tests below a directory by a command, pytest's without paths; print the summary.

    kept: a directory for outputs and records; what it had before is removed.
    """
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    temporary = Path(tempfile.mkdtemp(prefix="tests-"))  # short: names of sockets are inside
    run = WholeRun([*command, *OPTIONS], portions_of(tests), kept, temporary)
    started = time.monotonic()
    asyncio.run(run.run(portions_at_a_time()))
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    with contextlib.suppress(OSError):  # it is not empty
        temporary.rmdir()
    if temporary.exists():
        print(f"\ntemporary files of what failed: {temporary}")
    print(f"{summary(run)} in {minutes} min {seconds} s; outputs are in {kept}", flush=True)
    return exit_status(run)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
