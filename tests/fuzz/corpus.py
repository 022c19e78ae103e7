"""The inputs that are kept for each target, in files named after their content."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
CRASHES = HERE / "crashes"
CORPUS_FILES_MAX = 20  # for one target: a repository that people can read, and a test of seconds


def corpus_directory(name: str) -> Path:
    """Return the directory of the target's corpus."""
    return HERE / "corpus" / name


def entry_name(content: bytes) -> str:
    """An input → its file's name: the same input is never kept twice."""
    return hashlib.sha256(content).hexdigest()[:16]


def load_corpus(name: str) -> list[bytes]:
    """Read the target's inputs, in the order of their file names."""
    return [path.read_bytes() for path in sorted(corpus_directory(name).glob("*"))]


def replace_corpus(name: str, inputs: Iterable[bytes]) -> None:
    """Keep these inputs for the target, and no others."""
    directory = corpus_directory(name)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    for content in inputs:
        (directory / entry_name(content)).write_bytes(content)
