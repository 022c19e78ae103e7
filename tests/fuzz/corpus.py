"""a target's name → the inputs that are kept for it, in files named after their content."""

import hashlib
from pathlib import Path

HERE = Path(__file__).parent
CRASHES = HERE / "crashes"
CORPUS_FILES_MAX = 150  # of one target: what a test runs through in a moment


def corpus_directory(name: str) -> Path:
    """Where the target's corpus is."""
    return HERE / "corpus" / name


def entry_name(content: bytes) -> str:
    """The name of an input's file: the same input is never kept twice."""
    return hashlib.sha256(content).hexdigest()[:16]


def load_corpus(name: str) -> list[bytes]:
    """The target's inputs, in the order of their names."""
    return [path.read_bytes() for path in sorted(corpus_directory(name).glob("*"))]
