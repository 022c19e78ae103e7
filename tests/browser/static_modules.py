"""The modules of the page without a server, and calls of their functions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import tradestack_web

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

STATIC = Path(tradestack_web.__file__).parent / "static"
SITE = "http://page.test"


def open_empty_page(page: Page) -> None:
    """Open a page that has nothing, and can import the modules."""

    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name:
            route.fulfill(path=STATIC / name)
        else:
            route.fulfill(body="<!doctype html><title>x</title>", content_type="text/html")

    page.route(f"{SITE}/**", answer)
    page.goto(f"{SITE}/")


def call(page: Page, module: str, name: str, *arguments: object) -> Any:
    """Call a function of a module."""
    script = "async ([path, name, values]) => (await import(path))[name](...values)"
    return page.evaluate(script, [f"/static/{module}", name, list(arguments)])
