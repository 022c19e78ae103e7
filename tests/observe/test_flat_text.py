"""Nested counters as lines."""

from tradestack.observe.flat_text import flat_text


def test_names_are_paths_through_the_json() -> None:
    """Mappings and lists give dotted names, in their order."""
    values = {"ticks_total": 3, "rates": {"1s": 2.5}, "clients": [{"user": "news"}, {}], "on": True}

    text = flat_text(values)

    assert text == "ticks_total: 3\nrates.1s: 2.5\nclients.0.user: news\non: true\n"


def test_each_value_is_one_line() -> None:
    """Absent values are a dash; line breaks inside a text do not make lines."""
    assert flat_text({"last_error": None, "note": "a\nb"}) == "last_error: -\nnote: a b\n"
    assert flat_text({"note": "\x1b[2J"}) == "note: ?[2J\n"
