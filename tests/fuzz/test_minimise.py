"""The choice of the inputs that a corpus keeps."""

from tests.fuzz.corpus import CORPUS_FILES_MAX, HERE
from tests.fuzz.libfuzzer import COUNTERS_PER_EDGE, edges
from tests.fuzz.minimise import Input, choose
from tests.fuzz.registry import TARGETS


def _input(content: bytes, *features: int) -> Input:
    return Input(content, frozenset(features), edges(frozenset(features)))


def test_edges_count_before_features_and_features_before_length() -> None:
    """An input that adds nothing to the ones already chosen is left out."""
    loops = _input(b"loops", 0, 1, 2, 3)  # one edge, hit in four magnitudes
    branches = _input(b"branches", 0, COUNTERS_PER_EDGE)
    longer = _input(b"longer branches", 0, COUNTERS_PER_EDGE)

    assert choose([], [loops, longer, branches], 20) == [branches, loops]


def test_seeds_are_counted_as_reached() -> None:
    """One input is kept all the same, the shortest, if the seeds reach everything."""
    seed = _input(b"seed", 0, 1)

    assert choose([seed], [_input(b"long", 0, 1), _input(b"new", 2)], 20) == [_input(b"new", 2)]
    assert choose([seed], [_input(b"long", 0), _input(b"b", 1)], 20) == [_input(b"b", 1)]


def test_no_more_than_the_limit_is_chosen() -> None:
    """The limit holds even if every input adds something."""
    candidates = [_input(bytes([number]), number) for number in range(30)]

    assert len(choose([], candidates, 20)) == 20


def test_every_corpus_is_within_the_limit() -> None:
    """`tests/fuzz/run --minimise` brings it back there."""
    sizes = {name: len(list((HERE / "corpus" / name).iterdir())) for name in TARGETS}

    assert all(0 < size <= CORPUS_FILES_MAX for size in sizes.values()), sizes
