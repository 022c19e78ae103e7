"""The judges of pages, judged: a page with faults does not pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.kit.browser import Listener, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SOUND = """<!doctype html>
<html lang="en"><title>Sound</title><main><h1>Sound</h1><p>Text.</p></main></html>"""


def test_a_sound_page_has_no_violations(page: Page) -> None:
    """axe-core finds nothing where there is nothing."""
    page.set_content(SOUND)

    assert violations(page) == []


def test_violations_are_found(page: Page) -> None:
    """axe-core finds an image without a text, and names it."""
    page.set_content(SOUND.replace("Text.", "<img src='data:,'>"))

    assert any("image-alt" in each and "<img" in each for each in violations(page))


def test_messages_are_heard(browser: Browser) -> None:
    """What a page writes to the console, and what it raises, is recorded."""
    page = browser.new_page()
    listener = Listener(page)

    page.set_content(SOUND + "<script>console.log('hello'); nothing.at.all</script>")
    page.wait_for_function("() => document.title === 'Sound'")
    page.close()

    assert [each.partition(":")[0] for each in listener.messages] == ["log", "raised"]
