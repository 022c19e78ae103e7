"""Text becomes roff that shows the same text, and nothing that troff takes for a command."""

from pathlib import Path

import pytest

from tests.ctl.manual.rendered import run, written
from tradestack.ctl.manual import help_text, markdown, roff
from tradestack.ctl.manual.page import Page


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words", "plain words"),
        ("run `up --pace 60x`", r"run \fBup \-\-pace 60x\fP"),
        ("with --json, -h", r"with \fB\-\-json\fP, \fB\-h\fP"),
        ("**strong** and *soft*", r"\fBstrong\fP and \fIsoft\fP"),
        ("gap-free 2*3*4", "gap-free 2*3*4"),
        (r"C:\new ~ ^ `it's`", r"C:\enew \(ti \(ha \fBit\(aqs\fP"),
        (".start", r"\&.start"),
        ("One. Two.", "One.\nTwo."),
        ("", ""),
    ],
)
def test_prose(text: str, expected: str) -> None:
    """Marks become fonts, signs are kept, sentences begin a line."""
    assert roff.prose(text) == expected


TEXTS = ["'start", ".start", r"\fBold", "a \"quoted\" 'word'", "-–—−", "~^`\\", "€ → ×10⁻⁸"]


@pytest.mark.parametrize("text", TEXTS)
def test_examples_are_shown_as_they_are(text: str, tmp_path: Path) -> None:
    """Whatever characters they have."""
    page = Page("sample", 7, "a sample", (("EXAMPLE", roff.example(text)),))

    shown = run("man", "-l", "--warnings", "-E", "UTF-8", written(page, tmp_path))

    assert shown.stderr == ""
    assert text in shown.stdout


def test_help_texts_have_sections_and_entries() -> None:
    """Examples and exit statuses are lists; what follows them without indent is not of them."""
    sections = help_text.sections_of(
        "First.\n\nexamples:\n  one   what it does\n  two\n\nMore.\n\n"
        "exit status:\n  0  done\n     well\n"
    )

    assert sections == {
        "": "First.\n\n\n\nMore.",
        "examples": "  one   what it does\n  two",
        "exit status": "  0  done\n     well",
    }
    assert help_text.body(sections["examples"]) == (
        ".TP\n\\fBone\\fP\nwhat it does\n.TP\n\\fBtwo\\fP"
    )
    assert help_text.body(sections["exit status"]) == ".TP\n\\fB0\\fP\ndone well"


def test_markdown_becomes_sections() -> None:
    """Headings, lists, tables and blocks of commands."""
    sections = markdown.sections_of(
        "# title\n\nText [link](x.md).\n\n## Next\n\n1. one\n2. two\n\n| a | b |\n|---|---|\n"
        "| `x` | y |\n\n```sh\nls | wc\n```\n"
    )

    assert dict(sections) == {
        "DESCRIPTION": "Text link.",
        "NEXT": ".IP 1. 4\none\n.IP 2. 4\ntwo\n.TP\n\\fBx\\fP\ny\n.PP\n.EX\nls | wc\n.EE\n.nh",
    }


def test_long_commands_go_on_in_the_next_line() -> None:
    """As a shell reads them; what is in quotes stays together."""
    command = f"tradestackctl {'--option value ' * 5}'{'in quotes ' * 3}'"
    (_, body) = next(iter(markdown.sections_of(f"# t\n\n```sh\n{command}\n```\n")))

    first, second, *_ = body.splitlines()[1:]
    assert first.endswith(r" \e")
    assert second.startswith("    ")
    assert len(first) < 90
