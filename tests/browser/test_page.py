"""The page of a running stack, as a visitor sees it; then what somebody who is logged in can do."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.browser import visit
from tests.browser.shown_stack import HOSTILE, ShownStack
from tests.kit.browser import PICTURES, violations
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# The tables that are wider than their place.
SCROLLED_SIDEWAYS = """[...document.querySelectorAll(".scroller")]
    .filter(each => each.scrollWidth > each.clientWidth).map(each => each.ariaLabel)"""
HOSTILE_TEXT = "<b onclick=alert(1)>it's a test</b> & more"


# ---- seeing ----------------------------------------------------------------------------------


def test_it_opens(page: Page, shown: ShownStack) -> None:
    """Everybody sees the daemons at work, and nobody who is not logged in a button to act."""
    visit.open_page(page, shown)

    assert page.title() == "Overview · tradestack"
    assert page.locator("h1").count() == 1
    states = page.locator(".stage .state").all_text_contents()
    assert states == ["running", "live", "live", "active"]
    assert page.locator("[data-action]:visible").count() == 0
    page.locator(".market canvas").wait_for()
    page.get_by_role("table", name="Newest orders").get_by_role("link").first.wait_for()


def test_numbers_move(page: Page, shown: ShownStack) -> None:
    """Messages, orders and prices go on without anything being done."""
    visit.open_page(page, shown)
    published = visit.fact(page, "Published")
    order = page.get_by_role("table", name="Newest orders").get_by_role("link")
    order.first.wait_for()
    before = visit.digits(published.text_content()), visit.digits(order.first.text_content())

    visit.until(page, lambda: visit.digits(published.text_content()) > before[0])
    visit.until(page, lambda: visit.digits(order.first.text_content()) > before[1])


def test_foreign_text_is_text(page: Page, shown: ShownStack) -> None:
    """A symbol that is HTML is shown as it is spelled, in tables, lists, charts and stories."""
    visit.open_page(page, shown)
    page.get_by_label("Symbol", exact=True).select_option(HOSTILE)
    page.get_by_text("As a table").first.click()
    cell = page.get_by_role("table", name="Newest orders").get_by_role("cell", name=HOSTILE).first
    cell.wait_for()
    page.locator(f".market .plot[aria-label*='{HOSTILE} at']").wait_for()

    order = page.locator("tr", has=page.get_by_role("cell", name=HOSTILE)).get_by_role("link").first
    order.click()
    page.locator(".lead").wait_for()

    assert HOSTILE in (page.locator(".lead").text_content() or "")
    assert page.locator("img").count() == 0


def test_pages_lead_to_each_other(page: Page, shown: ShownStack) -> None:
    """Links, the back button and a search go from page to page; the heading gets the focus."""
    visit.open_page(page, shown)
    page.get_by_role("link", name="Orders", exact=True).click()
    page.get_by_label("Filter").fill("maker buy")
    visit.until(page, lambda: page.locator(".long tbody tr").count() == 1)
    page.get_by_label("Order number").fill("1")
    page.get_by_role("button", name="Show its story").click()
    page.get_by_role("heading", name="The order manager").wait_for()

    assert page.evaluate("document.activeElement.tagName") == "H1"
    assert page.title() == "Order 1 · tradestack"
    checks = page.get_by_role("table", name="Checks, with what each measured")
    assert "max order qty" in (checks.text_content() or "")

    page.go_back()
    assert page.locator("h1").text_content() == "Orders"
    page.get_by_role("link", name="Sessions").click()
    page.get_by_role("link", name="Report of").first.wait_for()
    page.get_by_role("link", name="tradestack").click()
    page.get_by_role("link", name="maker").click()
    assert page.locator("h1").text_content() == "Strategy maker live"
    orders = page.get_by_role("table", name="Its newest orders").get_by_role("link")
    visit.until(page, lambda: orders.count() == 2)


def test_what_is_missing_is_reported(browser: Browser, shown: ShownStack) -> None:
    """An order, and a page, that do not exist are named as such."""
    page = browser.new_page()
    page.goto(f"{shown.address}/orders/999999")
    page.get_by_text("no order has the number 999999").wait_for()
    page.close()


def test_a_killed_gateway_comes_back(page: Page, shown: ShownStack) -> None:
    """The page goes on by itself when the gateway is back."""
    visit.open_page(page, shown)
    published = visit.fact(page, "Published")
    page.evaluate("document.body.dataset.same = 'yes'")
    pid, before = shown.stack.pid_of(GATEWAY), visit.digits(published.text_content())

    os.kill(pid, signal.SIGKILL)
    visit.until(page, lambda: visit.digits(published.text_content()) > before + 200)

    assert shown.stack.pid_of(GATEWAY) != pid
    assert page.evaluate("document.body.dataset.same") == "yes"
    assert page.locator(".stage .state").first.text_content() == "running"


def test_silence_is_shown(page: Page, shown: ShownStack) -> None:
    """While the server sends nothing the page says so, and since when; then it is live again."""
    visit.open_page(page, shown)
    pid = shown.web_pid
    os.kill(pid, signal.SIGSTOP)
    try:
        page.locator("#link[data-link=stale]").wait_for()
        assert "has sent nothing for" in (page.get_by_role("alert").text_content() or "")
    finally:
        os.kill(pid, signal.SIGCONT)

    page.locator("#link[data-link=live]").wait_for()
    assert page.locator("#notice").is_hidden()


def test_a_killed_server_comes_back(browser: Browser, shown: ShownStack) -> None:
    """The page tries again until the server is there, and goes on where it was."""
    page = browser.new_page()
    visit.open_page(page, shown)
    page.evaluate("document.body.dataset.same = 'yes'")
    published = visit.fact(page, "Published")
    pid, before = shown.web_pid, visit.digits(published.text_content())

    os.kill(pid, signal.SIGKILL)
    visit.until(page, lambda: visit.digits(published.text_content()) > before + 400)

    assert page.evaluate("document.body.dataset.same") == "yes"
    assert shown.web_pid != pid
    orders = page.get_by_role("table", name="Newest orders").get_by_role("link")
    numbers = [int(text) for text in orders.all_text_contents()]
    assert numbers == [*range(numbers[0], numbers[-1] - 1, -1)]  # none is missing
    page.close()


@pytest.mark.parametrize("name", visit.PAGES)
def test_it_is_accessible(page: Page, shown: ShownStack, name: str) -> None:
    """axe-core finds nothing on any page, and nothing is wider than the window or its panel.

    The pictures in build/browser are for whoever changes the page: look at them.
    """
    visit.log_in(page, shown)
    visit.open_page(page, shown, visit.PAGES[name])
    page.locator("main .panel:visible").first.wait_for()
    for view in visit.VIEWS if name == "overview" else visit.VIEWS_OF_THE_OTHERS:
        page.emulate_media(color_scheme=view.scheme)
        page.set_viewport_size({"width": view.width, "height": 900})
        page.screenshot(path=PICTURES / f"{name}-{view}.png", full_page=True)

        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), view
        assert page.evaluate(SCROLLED_SIDEWAYS) == [], view
        assert not view.is_judged or violations(page) == [], view


# ---- acting ----------------------------------------------------------------------------------


def test_the_feed_is_paused_and_goes_on(page: Page, shown: ShownStack) -> None:
    """Pause, resume and pace do that, each after its dialog, and nothing without it."""
    visit.log_in(page, shown)
    page.get_by_role("button", name="Pause feed").click()
    page.get_by_role("button", name="Leave it").click()
    assert shown.source_state == "running"

    page.get_by_role("button", name="Pause feed").click()
    visit.confirm(page, "Pause the feed")
    assert shown.source_state == "paused"
    page.locator(".stage .state", has_text="paused").wait_for()

    page.get_by_role("button", name="Resume feed").click()
    visit.confirm(page, "Resume the feed")
    assert shown.source_state == "running"

    page.get_by_role("button", name="Set pace").click()
    page.get_by_label("Pace", exact=True).fill("210/s")
    visit.confirm(page, "Set the pace")
    assert shown.stats(GATEWAY)["pace"] == "210/s"


def test_a_refusal_is_said(browser: Browser, shown: ShownStack) -> None:
    """What the gateway does not understand stays in the dialog, with the reason."""
    page = browser.new_page()
    visit.log_in(page, shown)
    page.get_by_role("button", name="Set pace").click()
    page.get_by_label("Pace", exact=True).fill("sideways")
    page.get_by_role("button", name="Set the pace").click()

    page.locator("dialog .problem", has_text="sideways").wait_for()
    page.close()


def test_trading_is_halted_and_allowed(page: Page, shown: ShownStack) -> None:
    """The trading state is set with its reason, which is shown to everybody as text."""
    visit.log_in(page, shown)
    page.get_by_role("button", name="Trading state").click()
    page.get_by_role("radio", name="Halted").check()
    page.get_by_label("Reason").fill(HOSTILE_TEXT)
    visit.confirm(page, "Set the trading state")
    state, reason = shown.trading_states[None]
    assert state == "HALTED"
    assert HOSTILE_TEXT in reason
    page.locator(".attention", has_text=HOSTILE_TEXT).wait_for()

    page.get_by_role("button", name="Trading state").click()
    page.get_by_role("radio", name="Active").check()
    page.get_by_label("Reason").fill("the test is over")
    visit.confirm(page, "Set the trading state")
    assert shown.trading_states.get(None, ("ACTIVE", ""))[0] == "ACTIVE"
    page.locator(".attention").wait_for(state="hidden")


def test_orders_are_canceled(page: Page, shown: ShownStack) -> None:
    """The working orders of a user are canceled; the strategy places new ones."""
    visit.log_in(page, shown)
    canceled = shown.stats(ORDER_MANAGER)["orders_canceled"]
    page.get_by_role("button", name="Cancel orders").click()
    page.get_by_label("User", exact=True).select_option("maker")
    page.get_by_label("Reason").fill("a test")
    visit.confirm(page, "Cancel these orders")

    assert shown.stats(ORDER_MANAGER)["orders_canceled"] == canceled + 2


def test_a_strategy_is_paused_and_resumed(page: Page, shown: ShownStack) -> None:
    """Its user may send no orders until it is resumed."""
    visit.log_in(page, shown)
    page.get_by_role("link", name="news").click()
    page.get_by_role("button", name="Pause").click()
    page.get_by_label("Reason").fill("a test")
    visit.confirm(page, "Pause news")
    assert shown.trading_states["news"][0] == "HALTED"

    page.get_by_role("button", name="Resume").click()
    page.get_by_label("Reason").fill("the test is over")
    visit.confirm(page, "Resume news")
    assert shown.trading_states.get("news", ("ACTIVE", ""))[0] == "ACTIVE"


def test_the_keyboard_is_enough(page: Page, shown: ShownStack) -> None:
    """From the top of the page to a paused feed and back with Tab, Escape and Enter."""
    visit.log_in(page, shown)

    visit.tab_to(page, "Pause feed")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert "Pause feed" in visit.focused(page)

    page.keyboard.press("Enter")
    visit.tab_to(page, "Pause the feed")
    page.keyboard.press("Enter")
    visit.until(page, lambda: "Resume feed" in visit.focused(page))
    assert shown.source_state == "paused"

    page.keyboard.press("Enter")
    visit.tab_to(page, "Resume the feed")
    page.keyboard.press("Enter")
    visit.until(page, lambda: shown.source_state == "running")


def test_nothing_moves_where_that_is_asked(page: Page, shown: ShownStack) -> None:
    """With prefers-reduced-motion there is no animation, also not of what was done."""
    page.emulate_media(reduced_motion="reduce")
    visit.log_in(page, shown)
    page.get_by_role("button", name="Log out").click()
    page.locator(".toast").wait_for()

    assert page.evaluate("document.getAnimations().length") == 0
    visit.until(page, lambda: page.locator("[data-action]:visible").count() == 0)


def test_dialogs_are_accessible(page: Page, shown: ShownStack) -> None:
    """axe-core finds nothing in an open dialog either, light or dark."""
    visit.log_in(page, shown)
    page.get_by_role("button", name="Trading state").click()
    for scheme in visit.SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=PICTURES / f"dialog-1280-{scheme}.png")

        assert violations(page) == []
