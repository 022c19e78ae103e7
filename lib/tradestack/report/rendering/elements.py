"""Elements of HTML from names and texts, which are escaped: only a Markup is markup.

element("td", "a < b", class_="number")  →  <td class="number">a &lt; b</td>
"""

import html
import json
from collections.abc import Iterable, Mapping
from typing import Any

_WITHOUT_END = frozenset({"link", "meta"})
# Characters that are shown although Python does not call them printable.
_SPACES = "\n\t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"


class Markup(str):
    """A text that is HTML already. What others have written never is: only this module makes it."""

    __slots__ = ()


NOTHING = Markup()


def element(name: str, /, *children: str, **attributes: object) -> Markup:
    """Make an element; an attribute is left out if it is None, and has no value if it is True."""
    opened = f"<{name}{_attributes(attributes)}>"
    return Markup(opened if name in _WITHOUT_END else f"{opened}{joined(children)}</{name}>")


def joined(children: Iterable[str]) -> Markup:
    """Put texts, which are escaped, and markup one after the other."""
    return Markup("".join(map(escaped, children)))


def escaped(text: str) -> Markup:
    """Escape a text for use between tags and in attributes; leave markup as it is."""
    return text if isinstance(text, Markup) else Markup(html.escape(shown(text)))


def shown(text: str) -> str:
    """Replace what has no place in a document: control characters, turns of the direction."""
    return "".join(
        character
        if character.isprintable() or character in _SPACES
        else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def data_block(name: str, value: Any) -> Markup:
    """Make a script element that holds JSON: nothing in it ends the element or is executed."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return element("script", Markup(text), type="application/json", id=name)


def style(text: str) -> Markup:
    """Make a style element of a stylesheet of the project's own."""
    return element("style", Markup(text))


def script(text: str) -> Markup:
    """Make a script element of a program of the project's own."""
    return element("script", Markup(text))


def _attributes(attributes: Mapping[str, object]) -> str:
    return "".join(
        f" {_attribute_name(name)}" + ("" if value is True else f'="{escaped(str(value))}"')
        for name, value in attributes.items()
        if value is not None
    )


def _attribute_name(name: str) -> str:
    """class_ → class, aria_label → aria-label."""
    return name.rstrip("_").replace("_", "-")
