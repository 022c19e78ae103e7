"""Nested counters → lines "dotted.name: value", for people and shell scripts.

    {"ticks_total": 3, "rates": {"1s": 2.5}, "clients": [{"user": "news"}]}
    → ticks_total: 3
      rates.1s: 2.5
      clients.0.user: news

Names and order are those of the JSON.
"""

from collections.abc import Iterator, Mapping

from tradestack.observe.printable import printable


def flat_text(values: Mapping[str, object]) -> str:
    """Format one line for each value that is not a mapping or a list; None is "-"."""
    return "".join(f"{name}: {_plain(value)}\n" for name, value in flat_items(values))


def flat_items(values: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Yield (dotted name, value) in the order of the mapping."""
    for name, value in values.items():
        yield from _flatten(name, value)


def _flatten(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flatten(f"{name}.{key}", item)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _flatten(f"{name}.{index}", item)
    else:
        yield name, value


def _plain(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    return printable(" ".join(str(value).splitlines()))
