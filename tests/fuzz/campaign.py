"""The command of tests/fuzz/run: attack the targets, minimise their corpora, repeat one input.

Each target runs in a process of its own, until it has had --inputs inputs or --seconds have passed.
An input that raises an undocumented exception, takes longer than TIMEOUT_S or lets the process grow
beyond RSS_MAX_MB is written to crashes/<target>/ and ends the run of that target. Otherwise the
corpus is minimised with what the run found; commit what changed in it.
"""

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.corpus import CORPUS_FILES_MAX, CRASHES, corpus_directory, entry_name
from tests.fuzz.libfuzzer import FuzzerFailed, run_fuzzer
from tests.fuzz.minimise import minimise
from tests.fuzz.registry import TARGETS
from tests.fuzz.target import Target

INPUTS = 100_000
GROWTH_MAX_MB = 64  # between the first tenth of a run and its end, the fuzzer's own corpus included
WORD = re.compile(rb"[A-Za-z_.]{3,32}")
PROGRESS = re.compile(r"^#(\d+)\s.*cov: (\d+) ft: (\d+).* rss: (\d+)Mb", re.MULTILINE)
EXECUTIONS = re.compile(r"^stat::number_of_executed_units: (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a target's run; growth_mb is None if the run was too short to tell."""

    executions: int
    coverage: int
    features: int
    rss_mb: int
    growth_mb: int | None
    failed: bool

    @property
    def verdict(self) -> str:
        """ "ok", or what to look into."""
        if self.failed:
            return "FAILED"
        if self.growth_mb is not None and self.growth_mb > GROWTH_MAX_MB:
            return "GROWS"
        return "ok"


def main() -> int:
    """Run the command; return 0 if every target passed."""
    arguments = _arguments()
    if arguments.reproduce:
        return _reproduce(arguments.reproduce, arguments.targets)
    targets = [TARGETS[name] for name in arguments.targets or TARGETS]
    if arguments.minimise:
        return max([_minimise(target) for target in targets])
    outcomes = [
        _attack(target, arguments.inputs, arguments.seconds, arguments.seed) for target in targets
    ]
    return int(any(outcome.verdict != "ok" for outcome in outcomes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/fuzz/run",
        description="Feed the decoders with generated inputs, guided by the coverage they reach.",
        epilog=f"Targets: {', '.join(TARGETS)}.",
    )
    parser.add_argument(
        "--inputs",
        type=int,
        default=INPUTS,
        metavar="N",
        help="number of inputs for each target (default: %(default)s)",
    )
    parser.add_argument(
        "--seconds", type=int, default=0, metavar="N", help="time limit for each target"
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="random seed (default: %(default)s)"
    )
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--minimise",
        action="store_true",
        help=f"generate nothing; reduce each corpus to the {CORPUS_FILES_MAX} inputs (or fewer) "
        "that reach most of what it reaches",
    )
    action.add_argument(
        "--reproduce",
        type=Path,
        metavar="FILE",
        help="run this input only; its directory is named after the target unless TARGET is given",
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="default: all targets")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.targets if name not in TARGETS]
    if unknown:
        parser.error(f"unknown target {unknown[0]}; known targets: {', '.join(TARGETS)}")
    return arguments


def _reproduce(path: Path, names: Sequence[str]) -> int:
    """Run one input in this process; an exception ends in its traceback."""
    name = names[0] if names else path.resolve().parent.name
    TARGETS[name].run(path.read_bytes())
    print(f"{name}: {path} is handled correctly")
    return 0


def _minimise(target: Target, found: Sequence[bytes] = ()) -> int:
    """Minimise the target's corpus; return 1 and leave it as it is if an input crashes."""
    (CRASHES / target.name).mkdir(parents=True, exist_ok=True)
    try:
        print(f"{target.name:16} {minimise(target, found)}", flush=True)
    except FuzzerFailed as error:
        print(f"{target.name:16} not minimised, an input crashes:\n{error}", file=sys.stderr)
        return 1
    return 0


def _attack(target: Target, inputs: int, seconds: int, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="tradestack-fuzz-") as name:
        work = Path(name)
        flags = [
            f"-runs={inputs}",
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-dict={work / 'words'}",
            "-print_final_stats=1",
            "-reload=0",
        ]
        directories = _prepare(target, work)
        finished = run_fuzzer(target, [*flags, *map(str, directories)])
        outcome = _outcome(finished.returncode, finished.stdout)
        growth = "-" if outcome.growth_mb is None else outcome.growth_mb
        print(
            f"{target.name:16} {outcome.executions:>10} inputs  coverage {outcome.coverage} "
            f"({outcome.features})  rss {outcome.rss_mb} MB  growth {growth} MB  {outcome.verdict}",
            flush=True,
        )
        if outcome.failed:
            print(finished.stdout[-4_000:], file=sys.stderr)
        else:
            _minimise(target, [path.read_bytes() for path in directories[0].iterdir()])
        return outcome


def _prepare(target: Target, work: Path) -> list[Path]:
    """Make the directories of new inputs, corpus and seeds, and a dictionary from the seeds."""
    found, seeds, kept = work / "found", work / "seeds", corpus_directory(target.name)
    for directory in (found, seeds, kept, CRASHES / target.name):
        directory.mkdir(parents=True, exist_ok=True)
    words: set[bytes] = set()
    for seed in target.seeds():
        (seeds / entry_name(seed)).write_bytes(seed)
        words.update(WORD.findall(seed))
    (work / "words").write_bytes(b"".join(b'"%b"\n' % word for word in sorted(words)))
    return [found, kept, seeds]


def _outcome(exit_status: int, output: str) -> Outcome:
    progress = [tuple(map(int, match)) for match in PROGRESS.findall(output)]
    executions = EXECUTIONS.search(output)
    if not progress or executions is None:
        return Outcome(0, 0, 0, 0, None, failed=True)
    count, coverage, features, rss_mb = progress[-1]
    warm = [rss for at, _, _, rss in progress if count // 20 <= at <= count // 5]
    growth_mb = rss_mb - warm[-1] if warm else None
    return Outcome(int(executions[1]), coverage, features, rss_mb, growth_mb, exit_status != 0)


if __name__ == "__main__":
    sys.exit(main())
