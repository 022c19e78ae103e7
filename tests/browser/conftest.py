"""One browser and one stack for a module, and a page for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.shown_stack import ShownStack, running_stack
from tests.browser.static_modules import open_empty_page
from tests.kit.browser import DEADLINE_MS, Listener, running_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a running browser.

    It ends with the module: as long as it runs, this thread has an event loop.
    """
    with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def shown(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShownStack]:
    """Return a running stack with its page; without a browser none is started."""
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return an empty page of a new profile; fail if the console has a message at the end."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(DEADLINE_MS)
    page = context.new_page()
    listener = Listener(page)
    yield page
    context.close()
    assert listener.messages == []


@pytest.fixture
def modules(page: Page) -> Page:
    """Return a page that can import the modules."""
    open_empty_page(page)
    return page
