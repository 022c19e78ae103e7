"""A real browser: Debian's Chromium, driven by playwright, and axe-core to judge a page by.

Without one of them a test is skipped with the reason; it fails where CI is set.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.kit.prerequisites import NODE_MODULES, need_node_package, need_package, need_program

if TYPE_CHECKING:  # what is not installed skips the tests, not their collection
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
PICTURES = Path(__file__).parents[2] / "build" / "browser"  # for people to look at
DEADLINE_MS = 60_000  # far above any wait, also on a busy machine
AXE = NODE_MODULES / "axe-core" / "axe.min.js"
ColourScheme = Literal["light", "dark"]


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start the browser; end it and its driver with the context."""
    need_program(CHROMIUM)
    need_package("playwright")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Listener:
    """What a page has said to the console, or raised; a page that is sound says nothing."""

    def __init__(self, page: Page) -> None:
        self.messages: list[str] = []
        page.on("console", lambda message: self.messages.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.messages.append(f"raised: {error}"))


def violations(page: Page) -> list[str]:
    """List what axe-core finds against the page as it is shown now: rule, elements, how to fix it.

    The policy of the page forbids scripts of others, so axe-core is evaluated, not added to it.
    """
    need_node_package("axe-core")
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run({resultTypes: ['violations']})).violations")
    return [
        f"{each['id']}: {node['html'][:200]}: {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]
