"""Inputs → the few that reach most: how a corpus is kept small."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.fuzz.corpus import CORPUS_FILES_MAX, load_corpus, replace_corpus
from tests.fuzz.libfuzzer import edges, measure_features
from tests.fuzz.target import Target


@dataclass(frozen=True, slots=True)
class Input:
    """An input with the features and edges that it reaches."""

    content: bytes
    features: frozenset[int]
    edges: frozenset[int]


@dataclass(frozen=True, slots=True)
class Minimised:
    """The sizes of a corpus and what it reaches, before and after; seeds are included."""

    inputs_before: int
    inputs_after: int
    edges_before: int
    edges_after: int
    features_before: int
    features_after: int

    def __str__(self) -> str:
        return (
            f"inputs {self.inputs_before} → {self.inputs_after}  "
            f"edges {self.edges_before} → {self.edges_after}  "
            f"features {self.features_before} → {self.features_after}"
        )


def minimise(target: Target, found: Sequence[bytes] = ()) -> Minimised:
    """Replace the target's corpus by the best of it and of the inputs found."""
    seeds = list(dict.fromkeys(target.seeds()))
    candidates = sorted({*load_corpus(target.name), *found} - set(seeds))
    features = measure_features(target, [*seeds, *candidates])
    measured = [
        Input(content, reached, edges(reached))
        for content, reached in zip([*seeds, *candidates], features, strict=True)
    ]
    chosen = choose(measured[: len(seeds)], measured[len(seeds) :], CORPUS_FILES_MAX)
    replace_corpus(target.name, [each.content for each in chosen])
    kept = [*measured[: len(seeds)], *chosen]
    return Minimised(
        inputs_before=len(candidates),
        inputs_after=len(chosen),
        edges_before=_count(each.edges for each in measured),
        edges_after=_count(each.edges for each in kept),
        features_before=_count(each.features for each in measured),
        features_after=_count(each.features for each in kept),
    )


def choose(seeds: Sequence[Input], candidates: Sequence[Input], count_max: int) -> list[Input]:
    """Choose greedily the inputs that add most edges, then features, then are shortest.

    One input is chosen even if the seeds reach everything, so that every target has a corpus.
    """
    edges_reached = {edge for seed in seeds for edge in seed.edges}
    features_reached = {feature for seed in seeds for feature in seed.features}
    remaining = list(candidates)
    chosen: list[Input] = []

    def gain(each: Input) -> tuple[int, int, int]:
        return (
            len(each.edges - edges_reached),
            len(each.features - features_reached),
            -len(each.content),
        )

    while remaining and len(chosen) < count_max:
        best = max(remaining, key=gain)
        if chosen and best.features <= features_reached:
            break
        chosen.append(best)
        remaining.remove(best)
        edges_reached |= best.edges
        features_reached |= best.features
    return chosen


def _count(sets: Iterable[frozenset[int]]) -> int:
    return len(frozenset[int]().union(*sets))
