"""The report in a real browser, opened from a file: drawn, silent, accessible, at every width."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.kit.browser import ColourScheme, Listener, violations
from tests.report.rendering.test_elements import HOSTILE
from tests.report.sample import sample
from tradestack.report.rendering.html import render_html

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHARTS = 10
# Whether a canvas has more than one colour.
IS_DRAWN = """canvas => new Set(new Uint32Array(canvas.getContext("2d").getImageData(
    0, 0, canvas.width, canvas.height).data.buffer)).size > 2"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the sample, with hostile texts, in a file."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_html(sample(size=60, text=HOSTILE)), encoding="utf-8")
    return path


@pytest.fixture
def report(page: Page, file: Path) -> Page:
    """The report, opened; at the end the console has to be empty."""
    page.goto(file.as_uri())
    return page


def test_every_chart_is_drawn(report: Page) -> None:
    """Each canvas has lines on it, under the policy of the document."""
    drawn = [canvas.evaluate(IS_DRAWN) for canvas in report.locator(".plot canvas").all()]

    assert drawn == [True] * CHARTS


def test_nothing_is_asked_for(page: Page, file: Path) -> None:
    """The file is the only thing that the browser reads."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto(file.as_uri(), wait_until="networkidle")

    assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "dark"), (1280, "light"), (1280, "dark"), (3840, "light")]
)
def test_axe_finds_nothing(browser: Browser, file: Path, width: int, scheme: ColourScheme) -> None:
    """At each width, in light and dark; and nothing but tables is wider than the window."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    listener = Listener(page)
    page.goto(file.as_uri())

    found = violations(page)
    scroll_width = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert found == []
    assert scroll_width <= width
    assert listener.messages == []


def test_the_colours_follow_the_scheme(report: Page) -> None:
    """A change to dark while it is open changes page and canvas."""
    pixels = "() => document.querySelector('.plot canvas').toDataURL()"
    background = "() => getComputedStyle(document.documentElement).backgroundColor"
    light = report.evaluate(background)
    drawn = report.evaluate(pixels)

    report.emulate_media(color_scheme="dark")

    report.wait_for_function(f"drawn => ({pixels})() !== drawn", arg=drawn)
    assert report.evaluate(background) != light


def test_paper_is_light_also_where_the_screen_is_dark(report: Page) -> None:
    """Printing takes the colours of light."""
    ink = "() => getComputedStyle(document.body).color"
    light = report.evaluate(ink)

    report.emulate_media(color_scheme="dark", media="print")

    assert report.evaluate(ink) == light
    assert not report.locator("nav").is_visible()


def test_keys_move_the_cursor_and_zoom(report: Page) -> None:
    """The right arrow shows the first point in words, + shows less of the time, 0 all of it."""
    plot = report.locator(".plot").first
    readout = report.locator("figure").first.locator(".readout")
    plot.focus()

    report.keyboard.press("ArrowRight")
    first = readout.inner_text()
    report.keyboard.press("ArrowRight")
    second = readout.inner_text()
    whole = plot.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    report.keyboard.press("+")
    report.wait_for_function(
        "whole => document.querySelector('.plot canvas').toDataURL() !== whole", arg=whole
    )
    report.keyboard.press("0")
    report.wait_for_function(
        "whole => document.querySelector('.plot canvas').toDataURL() === whole", arg=whole
    )

    assert first == "15 Jan 2026 14:30:00.000 UTC"
    assert second != first
    assert second.startswith("15 Jan 2026 14:")


def test_the_cursor_tells_the_marks_beneath_it(report: Page) -> None:
    """Moved along the chart of a price it comes to orders, fills and news, in words."""
    report.locator(".plot").nth(4).focus()
    told = set()
    for _ in range(60):
        report.keyboard.press("ArrowRight")
        told.add(report.locator("figure").nth(4).locator(".readout").inner_text())

    assert any(re.search(r"order \d+: (BUY|SELL), FILLED", text) for text in told)
    assert any(re.search(r"order \d+: (BUY|SELL) 10 @ 69\d\.", text) for text in told)


def test_only_the_chart_that_is_used_speaks(report: Page) -> None:
    """All charts show their values at the shared cursor; one says where it is."""
    report.locator(".plot").nth(1).focus()
    report.keyboard.press("ArrowRight")

    readouts = report.locator(".readout").all_inner_texts()
    values = report.locator("figure").first.locator(".line .value").inner_text()
    assert [number for number, text in enumerate(readouts) if text] == [1]
    assert values == "0.00"


def test_figures_open_as_a_table(report: Page) -> None:
    """The same as the chart, to be read."""
    details = report.locator("figure details").first
    assert not details.locator("table").is_visible()

    details.locator("summary").press("Enter")

    assert details.locator("table").first.is_visible()


def test_charts_follow_the_width(report: Page) -> None:
    """A window that is made narrow has narrow charts."""
    report.set_viewport_size({"width": 400, "height": 800})

    report.wait_for_function(
        "() => [...document.querySelectorAll('.plot canvas')].every("
        "canvas => canvas.getBoundingClientRect().right <= 400)"
    )
