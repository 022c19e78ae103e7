"""Report → one HTML file that needs nothing else: no network, no other file.

It opens from `file:`. Whatever others have written is text in it, never markup; a policy in its
head lets a browser execute its two programs and nothing else.
"""

from collections.abc import Sequence

from tradestack.report.rendering import quantities
from tradestack.report.rendering.block_markup import facts_markup, table_markup, tiles_markup
from tradestack.report.rendering.blocks import Block, Chart, Facts, Section
from tradestack.report.rendering.chart_markup import KEYS_NAME, chart_markup
from tradestack.report.rendering.contents.document import sections, title
from tradestack.report.rendering.contents.happened import happened, tiles
from tradestack.report.rendering.elements import (
    NOTHING,
    Markup,
    element,
    joined,
    script,
    style,
)
from tradestack.report.rendering.policy import SCRIPTS, STYLES, asset, content_security_policy
from tradestack.report.report import Report

KEYS = (
    "Charts: drag over a part to see it larger, double-click to see all again. With the keyboard, "
    "← and → move the cursor, with Shift in larger steps, + and − zoom, 0 shows all. Below each "
    "chart, “Figures” opens the same as a table."
)


def render_html(report: Report) -> str:
    """Return the document of a report."""
    parts = sections(report)
    body = element(
        "body",
        element("a", "To the contents of the report", href="#report", class_="skip"),
        _header(report),
        element("div", _contents(parts), _main(parts), class_="frame"),
        _footer(report),
        *map(_script, SCRIPTS),
    )
    return f"<!doctype html>\n{element('html', _head(report), body, lang='en')}\n"


def _head(report: Report) -> Markup:
    named = {
        "viewport": "width=device-width, initial-scale=1",
        "color-scheme": "light dark",
        "referrer": "no-referrer",
    }
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=content_security_policy()),
        *(element("meta", name=name, content=content) for name, content in named.items()),
        element("link", rel="icon", href="data:,"),
        element("title", f"{title(report)}: tradestack report"),
        *(style(asset(name)) for name in STYLES),
    )


def _script(name: str) -> Markup:
    return script(asset(name))


def _header(report: Report) -> Markup:
    began = report.provenance.began
    kicker = "tradestack report" if began is None else f"tradestack report · {_minute(began)}"
    paragraphs = [element("p", text) for text in happened(report) if text]
    return element(
        "header",
        element("p", kicker, class_="kicker"),
        element("h1", title(report)),
        element("div", *paragraphs, class_="lead"),
        tiles_markup(tiles(report)),
    )


def _minute(time_ns: int) -> str:
    return quantities.minute(time_ns)


def _contents(parts: Sequence[Section]) -> Markup:
    links = (element("li", element("a", part.title, href=f"#{part.name}")) for part in parts)
    heading = element("h2", "Contents", id="contents")
    return element(
        "nav",
        element("div", heading, element("ol", *links), class_="stay"),
        aria_labelledby="contents",
    )


def _main(parts: Sequence[Section]) -> Markup:
    return element("main", *map(_section, parts), id="report")


def _section(section: Section) -> Markup:
    heading = f"{section.name}-title"
    return element(
        "section",
        element("h2", section.title, id=heading),
        element("p", section.says, class_="say"),
        element("p", section.alarm, class_="alarm") if section.alarm else NOTHING,
        element("div", joined(map(_block, section.blocks)), class_="blocks")
        if section.blocks
        else NOTHING,
        id=section.name,
        aria_labelledby=heading,
    )


def _block(block: Block) -> Markup:
    if isinstance(block, Chart):
        return chart_markup(block)
    return facts_markup(block) if isinstance(block, Facts) else table_markup(block)


def _footer(report: Report) -> Markup:
    of = report.provenance
    return element(
        "footer",
        element(
            "noscript",
            element(
                "p", "Without JavaScript the charts are empty; their figures are in the tables."
            ),
        ),
        element("p", KEYS, id=KEYS_NAME),
        element(
            "p",
            f"Made by tradestack {of.version} from the files of the session, up to message "
            f"{of.through:,}. Charts by uPlot, © Leon Sorokin, MIT licence.",
        ),
    )
