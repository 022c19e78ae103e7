"""The pure modules of the page, called in a browser without a server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.static_modules import STATIC, call

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("money", "12345678901234567.895", "12,345,678,901,234,567.90"),  # more than a float has
        ("money", "-0.001", "0.00"),
        ("money", None, "–"),
        ("profit", "9.2", "+9.20"),
        ("profit", "-3.255", "-3.26"),
        ("profit", "0", "0.00"),
        ("price", "0.00000001", "0.00000001"),
        ("price", "692.6", "692.60"),
        ("quantity", "1300", "1,300"),
        ("rate", 9.96, "10"),
        ("rate", 499.7, "500"),
        ("bytes", 999, "999 B"),
        ("bytes", 450_368, "450 kB"),
        ("bytes", 2_500_000_000, "2.5 GB"),
        ("latency", 802.8, "803 µs"),
        ("latency", 1703.9, "1.7 ms"),
        ("latency", 2_500_000, "2.5 s"),
        ("clock", "2026-01-15T14:30:00.011Z", "14:30:00"),
        ("fromNs", 1_768_487_674_585_000_000, "2026-01-15 14:34:34.585000"),
        ("duration", 59.4, "59 s"),
        ("duration", 3_700, "1 h 1 min"),
    ],
)
def test_values_are_written(modules: Page, name: str, value: object, text: str) -> None:
    """Numbers keep their decimals, units are those that people read, nothing is a dash."""
    assert call(modules, "format.js", name, value) == text


def test_a_day_of_samples_is_bounded(modules: Page) -> None:
    """A history keeps the first and the last of them, more coarsely, and all columns as long."""
    kept = modules.evaluate(
        """async () => {
            const { History } = await import("/static/history.js");
            const history = new History();
            for (let n = 0; n < 50000; n += 1) history.push(n, { a: n });
            for (let n = 50000; n < 100000; n += 1) history.push(n, { a: n, b: 1 });
            return [history.times, history.values.get("a"), history.values.get("b")];
        }"""
    )

    times, a, b = kept
    assert 2_000 < len(times) == len(a) == len(b) < 4_096
    assert times == a == sorted(times)
    assert times[0] < 100
    assert times[-1] > 99_900
    assert b[0] is None
    assert b[-1] == 1


STATE = ("cum_qty", "avg_px", "ord_status", "reason")


def test_orders_follow_their_records(modules: Page) -> None:
    """A fill and a report change the order that they are about; one of an unknown order none."""
    order = {"type": "order", "order_id": 1, "order_qty": "10", "ord_status": "NEW", "reason": None}
    fill = {"type": "fill", "order_id": 1, "exec_id": "a", "price": "5", "quantity": "4"}
    fill |= {"ord_status": "PARTIALLY_FILLED", "cum_qty": "4", "avg_px": "5"}
    replaced = {"type": "report", "order_id": 1, "exec_type": "REPLACED", "cl_ord_id": "new"}
    replaced |= {"ord_status": "PARTIALLY_FILLED", "reason": None, "order_qty": "12"}
    report = {"type": "report", "order_id": 1, "ord_status": "CANCELED", "reason": "a test"}
    unknown = {**report, "order_id": 2}

    row = modules.evaluate(
        """async (records) => {
            const { Store } = await import("/static/store.js");
            const store = new Store(() => {});
            for (const record of records) store.apply("orders", { records: [record] });
            return [...store.orders.values()];
        }""",
        [order, fill, replaced, report, unknown],
    )

    assert [tuple(each[name] for name in (*STATE, "order_qty")) for each in row] == [
        ("4", "5", "CANCELED", "a test", "12")
    ]


def test_earlier_orders_are_as_the_server_says_and_events_change_them(modules: Page) -> None:
    """Their fills, which are listed as well, are not counted twice; what happens later is."""
    order = {"order_id": 1, "order_qty": "10", "cum_qty": "4", "avg_px": "5", "reason": None}
    order |= {"ord_status": "PARTIALLY_FILLED"}
    fill = {"order_id": 1, "exec_id": "a", "price": "5", "quantity": "4"}
    later = {**fill, "type": "fill", "exec_id": "b", "quantity": "6", "ord_status": "FILLED"}
    later |= {"cum_qty": "10", "avg_px": "5.6"}

    before, after = modules.evaluate(
        """async ([order, fill, later]) => {
            const { Store } = await import("/static/store.js");
            const store = new Store(() => {});
            store.addEarlier([order], [fill]);
            const before = { ...store.orders.get(1) };
            store.apply("orders", { records: [later] });
            return [before, store.orders.get(1)];
        }""",
        [order, fill, later],
    )

    assert tuple(before[name] for name in STATE) == ("4", "5", "PARTIALLY_FILLED", None)
    assert tuple(after[name] for name in STATE) == ("10", "5.6", "FILLED", None)


RELAYED: dict[str, Any] = {
    "head": 990,
    "upstream": {
        "address": "10.0.0.7:9001",
        "connected": True,
        "hops": 2,
        "lag": 5,
        "lag_us": 900.0,
        "way": [
            {"host": "tokyo", "head": 1_000, "lag_us": 0},
            {"host": "<b>", "head": 995, "lag_us": 250.0},
        ],
    },
}


def test_the_way_of_a_relayed_feed_is_shown_hop_by_hop(modules: Page) -> None:
    """How far each gateway is behind the one before, in messages and in time; hosts are text."""
    shown = modules.evaluate(
        """async (gateways) => {
            const { WayPanel } = await import("/static/way.js");
            const panel = new WayPanel();
            document.body.append(panel.element);
            return gateways.map((gateway) => {
                panel.update(gateway);
                const cells = [...panel.element.querySelectorAll("tbody tr")]
                    .map((row) => [...row.children].map((cell) => cell.textContent));
                return [panel.element.hidden, panel.says.textContent, cells];
            });
        }""",
        [RELAYED, {**RELAYED, "upstream": {**RELAYED["upstream"], "connected": False}}],
    )

    assert shown[0] == [
        False,
        "2 hops, from 10.0.0.7:9001",
        [
            ["tokyo", "1,000", "–", "0 µs", "–"],
            ["<b>", "995", "5", "250 µs", "250 µs"],
            ["here", "990", "5", "900 µs", "650 µs"],
        ],
    ]
    assert shown[1][1] == "2 hops, not connected to 10.0.0.7:9001"


def test_a_feed_that_is_not_relayed_has_no_way(modules: Page) -> None:
    """Nothing is shown of it, nor before an upstream has told its way."""
    early = {**RELAYED["upstream"], "hops": 0, "lag": 0, "way": []}
    hidden, rows = modules.evaluate(
        """async ([plain, early]) => {
            const { WayPanel } = await import("/static/way.js");
            const panel = new WayPanel();
            panel.update(plain);
            const hidden = panel.element.hidden;
            panel.update(early);
            return [hidden, panel.element.textContent];
        }""",
        [{"head": 5}, {"head": 0, "upstream": early}],
    )

    assert hidden
    assert "The upstream has not sent its way yet." in rows


def test_the_page_has_no_way_to_make_html_of_text() -> None:
    """No file of it writes HTML, evaluates text, has inline code, or leads to another host."""
    forbidden: tuple[str, ...] = (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "style=",
    )
    forbidden += ("Function(", "srcdoc", "javascript:", 'onclick="', "https://")
    found = [
        f"{path.name}: {text}"
        for path in STATIC.iterdir()
        for text in forbidden
        if text in path.read_text()
    ]

    assert found == []
