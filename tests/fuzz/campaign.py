"""targets → a coverage-guided run of each: one line a target, new corpus entries, crashes.

tests/fuzz/run attacks each target in a process of its own, until it has had --inputs inputs or
--seconds have passed. An input that raises what it must not, takes longer than TIMEOUT_S, or lets
the process grow beyond RSS_MAX_MB is written to crashes/<target>/ and ends that target's run.
What is new in the corpus is minimised and kept in corpus/<target>/, to be committed.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.corpus import CORPUS_FILES_MAX, CRASHES, corpus_directory, entry_name
from tests.fuzz.registry import TARGETS
from tests.fuzz.target import Target

INPUTS = 100_000
TIMEOUT_S = 10  # for one input; the slowest takes milliseconds
RSS_MAX_MB = 512
GROWTH_MAX_MB = 64  # between the first tenth of a run and its end, the fuzzer's own corpus included
WORD = re.compile(rb"[A-Za-z_.]{3,32}")
PROGRESS = re.compile(r"^#(\d+)\s.*cov: (\d+) ft: (\d+).* rss: (\d+)Mb", re.MULTILINE)
EXECUTIONS = re.compile(r"^stat::number_of_executed_units: (\d+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a target's run came to; growth_mb: None when the run was too short to tell."""

    executions: int
    coverage: int
    features: int
    rss_mb: int
    growth_mb: int | None
    failed: bool

    @property
    def verdict(self) -> str:
        """In one word, or what to look at."""
        if self.failed:
            return "FAILED"
        if self.growth_mb is not None and self.growth_mb > GROWTH_MAX_MB:
            return "GROWS"
        return "ok"


def main() -> int:
    """The exit status: 0 when every target held."""
    arguments = _arguments()
    if arguments.reproduce:
        return _reproduce(arguments.reproduce, arguments.targets)
    outcomes = [
        _attack(TARGETS[name], arguments.inputs, arguments.seconds, arguments.seed)
        for name in arguments.targets or TARGETS
    ]
    return int(any(outcome.verdict != "ok" for outcome in outcomes))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/fuzz/run",
        description="Attacks the decoders with inputs that coverage guides.",
        epilog=f"targets: {', '.join(TARGETS)}",
    )
    parser.add_argument(
        "--inputs", type=int, default=INPUTS, help="for each target, default %(default)s"
    )
    parser.add_argument("--seconds", type=int, default=0, help="at most, for each target")
    parser.add_argument("--seed", type=int, default=1, help="of chance, default %(default)s")
    parser.add_argument(
        "--reproduce", type=Path, metavar="FILE", help="only this input, of its directory's target"
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="default: all")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.targets if name not in TARGETS]
    if unknown:
        parser.error(f"there is no target {unknown[0]}; there are {', '.join(TARGETS)}")
    return arguments


def _reproduce(path: Path, names: Sequence[str]) -> int:
    """Runs one input as it is; what it raises ends in the traceback."""
    name = names[0] if names else path.resolve().parent.name
    TARGETS[name].run(path.read_bytes())
    print(f"{name}: {path} is taken or refused as it should be")
    return 0


def _attack(target: Target, inputs: int, seconds: int, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="tradestack-fuzz-") as name:
        work = Path(name)
        directories = _prepare(target, work)
        flags = [
            f"-runs={inputs}",
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-dict={work / 'words'}",
            "-print_final_stats=1",
            "-reload=0",
        ]
        print(f"{target.name:16} ", end="", flush=True)
        finished = _fuzz(target, [*flags, *map(str, directories)])
        outcome = _outcome(finished)
        growth = "-" if outcome.growth_mb is None else outcome.growth_mb
        print(
            f"{outcome.executions:>10} inputs  coverage {outcome.coverage} ({outcome.features})  "
            f"rss {outcome.rss_mb} MB  growth {growth} MB  {outcome.verdict}",
            flush=True,
        )
        if outcome.failed:
            print(finished.stdout[-4_000:], file=sys.stderr)
        else:
            _keep(target, work, directories)
        return outcome


def _prepare(target: Target, work: Path) -> list[Path]:
    """Where new entries go, the corpus, the seeds; and a dictionary of the seeds' words."""
    found, seeds, kept = work / "found", work / "seeds", corpus_directory(target.name)
    for directory in (found, seeds, kept, CRASHES / target.name):
        directory.mkdir(parents=True, exist_ok=True)
    words: set[bytes] = set()
    for seed in target.seeds():
        (seeds / entry_name(seed)).write_bytes(seed)
        words.update(WORD.findall(seed))
    (work / "words").write_bytes(b"".join(b'"%b"\n' % word for word in sorted(words)))
    return [found, kept, seeds]


def _fuzz(target: Target, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    limits = [
        f"-max_len={target.length_max}",
        f"-timeout={TIMEOUT_S}",
        f"-rss_limit_mb={RSS_MAX_MB}",
        f"-artifact_prefix={CRASHES / target.name}/",
    ]
    command = [sys.executable, "-m", "tests.fuzz.one", target.name, *limits, *arguments]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )


def _outcome(finished: "subprocess.CompletedProcess[str]") -> Outcome:
    progress = [tuple(map(int, match)) for match in PROGRESS.findall(finished.stdout)]
    executions = EXECUTIONS.search(finished.stdout)
    if not progress or executions is None:
        return Outcome(0, 0, 0, 0, None, failed=True)
    count, coverage, features, rss_mb = progress[-1]
    warm = [rss for at, _, _, rss in progress if count // 20 <= at <= count // 5]
    growth_mb = rss_mb - warm[-1] if warm else None
    return Outcome(
        int(executions[1]), coverage, features, rss_mb, growth_mb, finished.returncode != 0
    )


def _keep(target: Target, work: Path, directories: Sequence[Path]) -> None:
    """Replaces the corpus by the smallest inputs that reach all that any reached."""
    merged = work / "merged"
    merged.mkdir()
    finished = _fuzz(target, ["-merge=1", str(merged), *map(str, directories)])
    if finished.returncode:
        print(finished.stdout[-4_000:], file=sys.stderr)
        return
    # Merging takes the smallest first, so the largest add the least.
    entries = sorted(merged.iterdir(), key=lambda path: path.stat().st_size)[:CORPUS_FILES_MAX]
    kept = corpus_directory(target.name)
    shutil.rmtree(kept)
    kept.mkdir()
    for entry in entries:
        content = entry.read_bytes()
        (kept / entry_name(content)).write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
