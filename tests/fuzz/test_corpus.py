"""What the fuzzer and hypothesis found worth keeping: every decoder, at every commit.

A long run with new inputs: `tests/fuzz/run --inputs 10000000`.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.corpus import CORPUS_FILES_MAX, HERE, load_corpus
from tests.fuzz.registry import TARGETS
from tests.fuzz.strategies import VALID, inputs

EXAMPLES = 60  # of each target


@pytest.mark.parametrize("name", TARGETS)
def test_corpus_is_taken_or_refused_as_it_should_be(name: str) -> None:
    """Each kept input, and each that the fuzzer begins with."""
    target = TARGETS[name]
    kept = load_corpus(name)

    for content in [*target.seeds(), *kept]:
        try:
            target.run(content)
        except Exception as error:
            error.add_note(f"the input was {content!r}")
            raise

    assert 0 < len(kept) <= CORPUS_FILES_MAX
    assert max(map(len, kept)) <= target.length_max


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_nearly_right_is_taken_or_refused_as_it_should_be(name: str) -> None:
    """Valid inputs, damaged ones and noise, of hypothesis's invention."""
    run = TARGETS[name].run

    @settings(max_examples=EXAMPLES)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        run(data.draw(inputs(name)))

    holds()


def test_every_target_has_a_corpus_and_inputs_and_no_other_has() -> None:
    """Neither is left behind when a decoder is renamed."""
    kept = {path.name for path in (HERE / "corpus").iterdir()}

    assert kept == set(TARGETS) == set(VALID)
