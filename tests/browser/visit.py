"""What a visitor does with the page: opens it, logs in, reads a number, waits, confirms."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.shown_stack import ShownStack
from tests.kit.browser import DEADLINE_MS, ColourScheme

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PAGES = {
    "overview": "/",
    "orders": "/orders",
    "order": "/orders/3",
    "strategy": "/strategies/maker",
    "sessions": "/sessions",
}
TABS_MAX = 60  # from the top of the page to its first action there are fewer
POLL_MS = 50  # between two looks at what nothing in the page announces

SCHEMES: tuple[ColourScheme, ...] = ("light", "dark")


@dataclass(frozen=True, slots=True)
class View:
    """A width of the window in px and a colour scheme; is_judged: by axe-core."""

    width: int
    scheme: ColourScheme
    is_judged: bool = True

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}"


# Widest of all are the same elements and colours as at 1280 px.
VIEWS = (*(View(width, scheme) for width in (320, 1280) for scheme in SCHEMES),)
VIEWS += (View(3840, "light", is_judged=False),)
VIEWS_OF_THE_OTHERS = (View(320, "light"), View(1280, "dark"), View(3840, "light", is_judged=False))


def digits(text: str | None) -> int:
    """The first number in a text."""
    found = re.search(r"\d[\d,]*", text or "")
    assert found, text
    return int(found[0].replace(",", ""))


def fact(page: Page, name: str) -> Locator:
    """The value beside a name."""
    return page.locator(f"dl > div:has(dt:text-is('{name}')) > dd").first


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Return when the condition holds; the page goes on meanwhile."""
    for _ in range(DEADLINE_MS // POLL_MS):
        if condition():
            return
        page.wait_for_timeout(POLL_MS)
    raise AssertionError("the condition is never fulfilled")


def open_page(page: Page, shown: ShownStack, path: str = "/") -> None:
    """Open a page and wait until it is live."""
    page.goto(shown.address + path)
    page.locator("#link[data-link=live]").wait_for()


def log_in(page: Page, shown: ShownStack) -> None:
    """Open the page with a login, and wait until it may act."""
    page.goto(shown.login_address())
    page.get_by_role("button", name="Log out").wait_for()
    page.locator("#link[data-link=live]").wait_for()


def confirm(page: Page, verb: str) -> None:
    """Confirm an action in its dialog, and wait until it is done."""
    page.get_by_role("dialog").get_by_role("button", name=verb).click()
    page.get_by_role("dialog").wait_for(state="detached")


def focused(page: Page) -> str:
    """The text of the button that has the focus, or nothing."""
    text: str = page.evaluate("document.querySelector('button:focus')?.innerText ?? ''")
    return text


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is at that button."""
    for _ in range(TABS_MAX):
        if name in focused(page):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {name!r}")
