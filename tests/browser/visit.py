"""What a visitor does with the page: opens it, logs in, reads a number, waits, confirms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.browser.shown_stack import ShownStack
from tests.kit.browser import DEADLINE_MS

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

POLL_MS = 50  # between two looks at what nothing in the page announces


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
