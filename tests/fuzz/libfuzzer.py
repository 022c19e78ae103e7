"""libFuzzer as a child process: running it on a target, and measuring what inputs reach."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.fuzz.corpus import CRASHES
from tests.fuzz.target import Target

TIMEOUT_S = 10  # for one input; the slowest takes milliseconds
RSS_MAX_MB = 512
COUNTERS_PER_EDGE = 8  # libFuzzer numbers a feature 8 × edge + the magnitude of its hit count


class FuzzerFailed(Exception):
    """libFuzzer ended with an error; the text is the end of its output."""


def run_fuzzer(target: Target, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run libFuzzer on the target with the limits of every run; return its output."""
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


def measure_features(target: Target, inputs: Sequence[bytes]) -> list[frozenset[int]]:
    """Return the features that each input reaches; raise FuzzerFailed if one of them crashes."""
    with tempfile.TemporaryDirectory(prefix="tradestack-fuzz-") as name:
        work = Path(name)
        for directory in ("inputs", "merged"):
            (work / directory).mkdir()
        for number, content in enumerate(inputs):
            (work / "inputs" / str(number)).write_bytes(content)
        control_file = work / "features"
        finished = run_fuzzer(
            target,
            [
                "-set_cover_merge=1",
                f"-merge_control_file={control_file}",
                str(work / "merged"),
                str(work / "inputs"),
            ],
        )
        if finished.returncode:
            raise FuzzerFailed(finished.stdout[-4_000:])
        return _parse_control_file(control_file.read_text(), len(inputs))


def edges(features: frozenset[int]) -> frozenset[int]:
    """Features → the branches of the code that they belong to."""
    return frozenset(feature // COUNTERS_PER_EDGE for feature in features)


def _parse_control_file(text: str, count: int) -> list[frozenset[int]]:
    """A merge's control file → the features of each input, in the order of their file names.

    The file lists the paths below two counts, then for each path "FT <its index> <features>".
    """
    lines = text.splitlines()
    numbers = [int(Path(path).name) for path in lines[2 : 2 + count]]
    features: list[frozenset[int]] = [frozenset()] * count
    for line in lines[2 + count :]:
        if line.startswith("FT "):
            index, *reached = map(int, line.split()[1:])
            features[numbers[index]] = frozenset(reached)
    return features
