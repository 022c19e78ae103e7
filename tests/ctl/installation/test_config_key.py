"""A key that is changed in the text of a configuration file."""

import tomllib
from pathlib import Path

import pytest

from tradestack.ctl.installation.config_key import with_key
from tradestack.domain.faults import OperatorFault

SHIPPED = Path(__file__).parents[3] / "etc/strategy/news.toml"


def test_a_default_is_set_in_its_place() -> None:
    """The line of the default loses its # and gets the value; every other line stays."""
    before = SHIPPED.read_text()

    after = with_key(before, "feed", "127.0.0.1:9001", where="news.toml")

    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    assert [pair for pair in pairs if pair[0] != pair[1]] == [
        ('#feed = "127.0.0.1:8999"', 'feed = "127.0.0.1:9001"')
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('feed="a" # why\n', 'feed = "b" # why\n'),
        ('#feed = "x"\nfeed = "a"\n', '#feed = "x"\nfeed = "b"\n'),
        ("feed = [\n 1,\n 2]\n", 'feed = "b"\n'),
        ("feed = 'a#b'\n", 'feed = "b"\n'),
        ('feeds = "a"\n', 'feeds = "a"\nfeed = "b"\n'),
        ('other = 1\n\n[table]\nfeed = "a"\n', 'other = 1\nfeed = "b"\n\n[table]\nfeed = "a"\n'),
        ("", '\nfeed = "b"\n'),
    ],
)
def test_comments_and_other_keys_stay(before: str, after: str) -> None:
    """Whatever the line looks like, only the value is replaced; a key of a section is another."""
    assert with_key(before, "feed", "b", where="file") == after
    assert tomllib.loads(after)["feed"] == "b"


@pytest.mark.parametrize("text", ['"feed" = "a"\n', 'feed = """a\n"""\n', "feed = [[1], [2]]\n"])
def test_what_cannot_be_replaced_is_left_to_the_operator(text: str) -> None:
    """The refusal says what to write."""
    with pytest.raises(OperatorFault, match=r'file: feed: .* write `feed = "b"` there yourself'):
        with_key(text, "feed", "b", where="file")


def test_a_file_that_is_not_toml_is_refused() -> None:
    """It has to be fixed first."""
    with pytest.raises(OperatorFault, match=r"file: .*; fix the file first"):
        with_key("feed =", "feed", "b", where="file")
