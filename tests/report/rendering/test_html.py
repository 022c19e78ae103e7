"""The document: sections in order, text of others as text, small, nothing from elsewhere."""

import json
import re
from functools import cache

import msgspec
import pytest

from tests.report.rendering.test_elements import HOSTILE, Read
from tests.report.sample import not_recorded, sample
from tradestack.report.rendering.html import render_html
from tradestack.report.report import Report
from tradestack.report.values.accounts import Accounts
from tradestack.report.values.orders import Orders
from tradestack.report.values.round_trips import RoundTrips
from tradestack.report.values.series import Series

SIZE_BYTES_MAX = 1_000_000
SECTIONS = [
    "provenance",
    "feed",
    "way",
    "processes",
    "orders",
    "accounts",
    "prices",
    "execution",
    "round-trips",
    "ratios",
    "faults",
]
VOID = {"meta", "link"}


@cache
def document() -> str:
    """The document of the sample."""
    return render_html(sample())


def data_of(markup: str) -> dict[str, dict[str, object]]:
    """The data of the charts, by name."""
    found = re.findall(r'<script type="application/json" id="data-([^"]+)">([^<]*)</', markup)
    return {name: json.loads(text) for name, text in found}


def nothing() -> Report:
    """The report of a session in which nothing happened and nothing executed orders."""
    report = sample(size=1)
    return msgspec.structs.replace(
        report,
        feed=msgspec.structs.replace(
            report.feed,
            **dict.fromkeys(("ticks", "prices", "news", "busiest_second", "symbols_total"), 0),
            **dict.fromkeys(("first_event", "last_event", "first_published", "last_published")),
            ticks_per_second=None,
            symbols=(),
            clients=None,
        ),
        orders=Orders(
            received=0,
            accepted=0,
            rejected=0,
            fills=0,
            results=(),
            reasons=(),
            by_user=(),
            by_symbol=(),
            newest=(),
        ),
        accounts=Accounts(accounts=(), unavailable=()),
        series=Series(equity=(), prices=()),
        execution=(),
        ratios=(),
        round_trips=RoundTrips(
            **dict.fromkeys(
                ("closed", "open", "winners", "losers", "gross_profit", "gross_loss"), 0
            ),
            profit_factor=None,
            holding_p50_ns=None,
            newest=(),
        ),
    )


def test_the_sections_are_there_in_order() -> None:
    """Each has a heading that names it, and a link to it in the contents."""
    assert re.findall(r'<section id="([^"]+)"', document()) == SECTIONS
    assert re.findall(r'<li><a href="#([^"]+)"', document()) == SECTIONS
    assert len(re.findall("<h1[ >]", document())) == 1


def test_what_happened_is_said_in_words() -> None:
    """The sentences have the figures of the report."""
    lead = Read(document().partition('<div class="lead">')[2].partition("</div>")[0]).text

    assert "36,109 ticks of 400 symbols were published in 1\N{NO-BREAK SPACE}min" in lead
    assert "1,037 orders of 2 users came in, 7 of them rejected; they had 990 fills." in lead
    assert "The accounts earned 1,068.00 after 25.00 of fees" in lead
    assert "Recorded: 3 refused rows, 1 restart, 1 cut file tail, 1 cut statistics line, " in lead
    assert "2 unreadable statistics lines." in lead


@pytest.mark.parametrize(
    "markup", [document(), render_html(sample(text=HOSTILE)), render_html(nothing())]
)
def test_elements_are_closed_in_order(markup: str) -> None:
    """What is opened last is closed first, whatever others have written."""
    opened: list[str] = []
    without_programs = re.sub(r"(<(script|style)[^>]*>).*?(</\2>)", r"\1\3", markup, flags=re.S)
    for slash, name in re.findall(r"<(/?)([a-z0-9]+)", without_programs):
        if slash:
            assert opened.pop() == name
        elif name not in VOID:
            opened.append(name)
    assert opened == []


def test_foreign_text_is_never_markup() -> None:
    """Hostile names and reasons leave the elements and attributes as harmless ones do."""
    harmless, hostile = (
        [(name, sorted(attributes)) for name, attributes in Read(markup).elements]
        for markup in (render_html(sample(text="x")), render_html(sample(text=HOSTILE)))
    )

    assert hostile == harmless
    assert "<img" not in render_html(sample(text=HOSTILE))


def test_foreign_text_in_data_is_data() -> None:
    """The labels of a chart contain it, character by character."""
    data = data_of(render_html(sample(size=50, text=HOSTILE)))["equity-by-user"]
    lines = data["lines"]

    assert isinstance(lines, list)
    assert lines[0]["label"] == f"news{HOSTILE}"


def test_a_long_text_is_cut() -> None:
    """A megabyte in a name does not make the document one of a megabyte."""
    assert len(render_html(sample(size=20, text="y" * 100_000))) < SIZE_BYTES_MAX


@pytest.mark.parametrize("text", ["", "X" * 16, "&<" * 8])
def test_the_largest_report_is_below_a_megabyte(text: str) -> None:
    """However much a report has of everything, its document is cut to what people look at."""
    users = tuple(f"user{number}" for number in range(60))

    assert len(render_html(sample(size=1_000, text=text, users=users)).encode()) < SIZE_BYTES_MAX


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No element names another document, but for the empty icon and places in this one."""
    read = Read(document())
    places = [
        value or ""
        for _, attributes in read.elements
        for name, value in attributes.items()
        if name in {"src", "href", "srcset", "action", "poster", "data", "xlink:href"}
    ]

    assert [place for place in places if not place.startswith("#")] == ["data:,"]
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|sendBeacon|WebSocket", document())
    assert not any(name == "style" for _, attributes in read.elements for name in attributes)
    assert not any(name.startswith("on") for _, each in read.elements for name in each)


def test_the_policy_comes_before_anything_that_it_is_for() -> None:
    """A policy in the head is for what follows it."""
    names = [name for name, _ in Read(document()).elements]
    policies = [each.get("http-equiv") for _, each in Read(document()).elements[:4]]

    assert "Content-Security-Policy" in policies
    assert names.index("style") > policies.index("Content-Security-Policy")


def test_each_chart_has_a_text_and_a_table() -> None:
    """A figure is a picture with a label, and has its figures in a table below."""
    figures = re.findall(r"<figure>.*?</figure>", document(), flags=re.S)

    assert len(figures) == len(data_of(document())) == 10
    for figure in figures:
        assert re.search(r'role="img" tabindex="0" aria-label="[^"]{30,}"', figure)
        assert re.search(r"<details><summary>Figures</summary>.*<table>.*<tbody><tr>", figure)


def test_every_table_has_a_caption_and_names_its_rows_and_columns() -> None:
    """Columns have headings with a scope, and the first cell of a row names it."""
    tables = re.findall(r"<table>.*?</table>", document(), flags=re.S)

    assert len(tables) > 30
    for table in tables:
        assert table.startswith("<table><caption>")
        columns = len(re.findall('<th scope="col"', table))
        for row in re.findall("<tbody>(.*)</tbody>", table)[0].split("</tr>")[:-1]:
            assert row.startswith('<tr><th scope="row"')
            assert len(re.findall(r"<t[hd][ >]", row)) == columns


def test_what_is_not_recorded_is_named() -> None:
    """Without statistics of the daemons their figures are "not recorded", and never 0."""
    text = Read(render_html(not_recorded(sample()))).text
    way = text.partition("Hops, in their order")[2].partition("Processor and memory")[0]

    assert way.count("not recorded") == 8
    assert "0 ns" not in way


def test_a_session_without_anything_has_a_document() -> None:
    """No tick, no order, no account: it says so."""
    text = Read(render_html(nothing())).text

    assert "The feed had no ticks. No order was received." in text
    assert "Nothing executed the orders" in text
