"""The states of the daemons: what the page makes of them, and the list of those that run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import visit
from tests.browser.shown_stack import ShownStack
from tests.browser.static_modules import call

if TYPE_CHECKING:
    from playwright.sync_api import Page

CALM: dict[str, Any] = {
    "faults": {},
    "gateway": {"source_state": "running", "source_fault": None, "last_error": None},
    "order_manager": {"trading": {"state": "ACTIVE", "users_halted": 0, "users_reducing": 0}},
    "strategies": {"news": {"state": "live", "pause_reason": None}},
    "others": {},
}
ACCOUNTS: dict[str, Any] = {"unavailable": [], "limits": {"states": [], "limits": []}}
LIMIT = {"key": "max_position", "scope": "total", "limit": "10", "percent": 79}


def test_all_daemons_that_run_are_listed(page: Page, shown: ShownStack) -> None:
    """Those beside the way of a tick as well, each with state, uptime and memory."""
    visit.open_page(page, shown)
    rows = page.get_by_role("table", name="Daemons that run").locator("tbody tr")
    visit.until(page, lambda: rows.count() == 5)

    texts = [row.locator("th, td").all_text_contents() for row in rows.all()]
    assert [(name, state) for name, state, *_ in texts] == [
        ("gateway", "running"),
        ("strategy maker", "live"),
        ("strategy news", "live"),
        ("order manager", "active"),
        ("gRPC edge", "running"),
    ]
    assert all(re.fullmatch(r"(\d+ min )?\d+ s", up) for *_, up, _ in texts), texts
    assert all(re.fullmatch(r"[\d.]+ MB", memory) for *_, memory in texts), texts


def test_a_calm_stack_needs_nobody(modules: Page) -> None:
    """Nothing is said of daemons that are well, and of a limit that is used to 79 %."""
    accounts = {**ACCOUNTS, "limits": {"states": [], "limits": [LIMIT]}}

    assert call(modules, "states.js", "troublesOf", CALM, accounts) == []


@pytest.mark.parametrize(
    ("stats", "accounts", "tone", "what"),
    [
        ({"gateway": None, "faults": {"gateway": "gone"}}, {}, "bad", "gateway"),
        ({"gateway": {"source_fault": "no file"}}, {}, "bad", "gateway"),
        ({"gateway": {"publication_blocked": "disk"}}, {}, "bad", "gateway"),
        ({"gateway": {"limits_near": "disk 81 %"}}, {}, "hold", "gateway"),
        ({"strategies": {"x": {"pause_reason": "own.py:1"}}}, {}, "bad", "strategy x"),
        ({"strategies": {"x": {"last_error": "own.py:1"}}}, {}, "hold", "strategy x"),
        ({"others": {"exporter": {"server_fault": "no NATS"}}}, {}, "bad", "exporter"),
        ({"others": {"fix": {"last_error": "disk"}}}, {}, "hold", "FIX port"),
        ({"others": {"grpc": {"limits_near": "calls 81 %"}}}, {}, "hold", "gRPC edge"),
        (
            {"order_manager": {**CALM["order_manager"], "journal_fault": "full"}},
            {},
            "bad",
            "order manager",
        ),
        ({}, {"unavailable": [{"user": "x", "reason": "damaged"}]}, "bad", "account x"),
        ({}, {"limits": {"states": [], "limits": [{**LIMIT, "percent": 80}]}}, "hold", "total"),
        ({}, {"limits": {"states": [], "limits": [{**LIMIT, "percent": 100}]}}, "bad", "total"),
    ],
)
def test_what_needs_somebody_is_named(
    modules: Page, stats: dict[str, Any], accounts: dict[str, Any], tone: str, what: str
) -> None:
    """Each fault is shown, with whom it concerns and how bad it is."""
    troubles = call(modules, "states.js", "troublesOf", {**CALM, **stats}, {**ACCOUNTS, **accounts})

    assert [(each["tone"], each["what"]) for each in troubles] == [(tone, what)]


def test_who_is_gone_does_not_answer(modules: Page) -> None:
    """A daemon without stats has a state of its own, which is a bad one."""
    states = modules.evaluate(
        """async (stats) => {
            const { statesOf, toneOf } = await import("/static/states.js");
            return [...statesOf(stats)].map(([name, state]) => [name, state, toneOf(state)]);
        }""",
        {**CALM, "gateway": None, "strategies": {"news": None}, "others": {"fix": None}},
    )

    assert states == [
        ["gateway", "does not answer", "bad"],
        ["strategy news", "does not answer", "bad"],
        ["order manager", "active", "good"],
        ["FIX port", "does not answer", "bad"],
    ]


def test_each_daemon_has_its_state_and_its_stats(modules: Page) -> None:
    """Of those without a state of their own it is known that they run."""
    others = {"exporter": {"pid": 1, "state": "spare"}, "fix": {"pid": 2}, "grpc": None}

    daemons = call(modules, "states.js", "daemonsOf", {**CALM, "others": others})

    assert [(each["name"], each["state"], each["stats"]) for each in daemons] == [
        ("gateway", "running", CALM["gateway"]),
        ("strategy news", "live", CALM["strategies"]["news"]),
        ("order manager", "active", CALM["order_manager"]),
        ("exporter", "spare", {"pid": 1, "state": "spare"}),
        ("FIX port", "running", {"pid": 2}),
        ("gRPC edge", "does not answer", None),
    ]
