"""name → what is done with each input: the one shape that all fuzzed decoders have."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """One decoder under attack.

    run: takes any bytes and returns; whatever it raises is a finding.
    seeds: valid inputs to begin with, and words for the fuzzer's dictionary.
    length_max: bytes of the longest input worth trying.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]
    length_max: int = 4_096


def assert_one_line(text: str, length_max: int = 1_000) -> None:
    """What ends in a log must be one line that shows what it holds, of a bounded length."""
    assert text.isprintable(), ascii(text)
    assert len(text) <= length_max, f"{len(text)} characters: {text[:80]}"
