"""Markup is made of names and texts, and a text never becomes markup."""

import html
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.report.rendering.elements import Markup, data_block, element, joined

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&<!--\x00\u202e"


class Read(HTMLParser):
    """What a parser makes of some markup: its elements with attributes, and its text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_an_element_has_its_attributes_and_children() -> None:
    """Names are written with "-", None leaves an attribute out, markup stays markup."""
    made = element("td", "a < b", element("b", "c"), class_="number", aria_label="x", id=None)

    assert made == '<td class="number" aria-label="x">a &lt; b<b>c</b></td>'
    assert element("meta", charset="utf-8") == '<meta charset="utf-8">'


@given(st.text())
def test_a_text_is_text_for_every_parser(text: str) -> None:
    """Whatever it contains, it makes no element, no attribute and no end of one."""
    read = Read(element("td", text, title=text))

    assert [name for name, _ in read.elements] == ["td"]
    assert set(read.elements[0][1]) == {"title"}
    assert len(read.text) == len(text)


def test_what_hides_or_turns_text_is_replaced() -> None:
    """Control characters and changes of the direction are shown as what cannot be shown."""
    assert element("p", "a\u202eb\x00c") == "<p>a�b�c</p>"
    assert element("p", "1\N{NO-BREAK SPACE}ms\n") == "<p>1\N{NO-BREAK SPACE}ms\n</p>"


def test_joined_texts_are_no_markup() -> None:
    """A text that was put together by hand is escaped as a whole."""
    assert joined(["<b>", element("i", "x")]) == "&lt;b&gt;<i>x</i>"
    assert element("p", element("i", "x") + "") == "<p>&lt;i&gt;x&lt;/i&gt;</p>"


@given(st.text())
def test_data_gives_back_its_text_and_ends_nowhere(text: str) -> None:
    """JSON in a script element has no character that a parser of HTML would look at."""
    block = data_block("data", {"text": text})
    inside = block.removeprefix('<script type="application/json" id="data">')
    inside = inside.removesuffix("</script>")

    assert not set("<>&") & set(inside)
    assert json.loads(inside) == {"text": text}


def test_data_without_a_number_is_refused() -> None:
    """A browser reads no NaN."""
    with pytest.raises(ValueError, match="JSON"):
        data_block("data", float("nan"))


def test_the_hostile_text_is_whole_and_harmless() -> None:
    """It is readable in the document, character by character, but for those that are replaced."""
    made = element("p", HOSTILE)

    assert html.unescape(made) == f"<p>{HOSTILE[:-2]}��</p>"
    assert isinstance(made, Markup)
