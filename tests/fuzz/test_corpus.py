"""Every decoder on its corpus, and on inputs that hypothesis makes.

For a long run with new inputs: `tests/fuzz/run --inputs 10000000`.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.corpus import CORPUS_FILES_MAX, HERE, load_corpus
from tests.fuzz.registry import TARGETS
from tests.fuzz.strategies import VALID, inputs

EXAMPLES = 60  # of each target


@pytest.mark.parametrize("name", TARGETS)
def test_corpus_is_handled_correctly(name: str) -> None:
    """Each input of the corpus, and each seed, is decoded or refused as the target checks."""
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
def test_generated_inputs_are_handled_correctly(name: str) -> None:
    """Valid inputs, damaged ones and noise are decoded or refused as the target checks."""
    run = TARGETS[name].run

    @settings(max_examples=EXAMPLES)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        run(data.draw(inputs(name)))

    holds()


def test_corpora_and_strategies_belong_to_the_targets() -> None:
    """None is missing, and none is left behind when a target is renamed."""
    kept = {path.name for path in (HERE / "corpus").iterdir()}

    assert kept == set(TARGETS) == set(VALID)
