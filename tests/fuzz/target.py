"""The interface of a fuzzed decoder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """A decoder to be fuzzed.

    run: takes any bytes and returns; any exception is a finding.
    seeds: valid inputs to start from; their words are the fuzzer's dictionary.
    length_max: bytes of the longest input worth trying.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    length_max: int = 4_096


def assert_one_line(text: str, length_max: int = 1_000) -> None:
    """Fail unless the text is one printable line of a bounded length, fit for a log."""
    assert text.isprintable(), ascii(text)
    assert len(text) <= length_max, f"{len(text)} characters: {text[:80]}"
