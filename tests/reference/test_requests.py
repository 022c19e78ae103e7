"""How orders end, and what cancels and replaces do to them, by vectors computed by hand."""

from fractions import Fraction

import pytest

from tests.reference.execution import Settings
from tests.reference.orders import Cancel, Replace, Request
from tests.reference.samples import MS, Trade, ended, filled, order

TENS: list[Trade] = [(at_ms, "5", 10) for at_ms in range(6)]


@pytest.mark.parametrize(
    ("request_", "window_ms", "fills", "end"),
    [
        (order(300, tif="IOC"), 0, ["250 @ 99.99 of A at 3"], "A CANCELED 250"),
        (
            order(300, tif="IOC"),
            2,
            ["250 @ 99.99 of A at 3", "50 @ 99.96 of A at 4"],
            "A FILLED 300",
        ),
        (order(300, tif="IOC"), 1, ["250 @ 99.99 of A at 3"], "A CANCELED 250"),
        (order(250, tif="FOK"), 0, ["250 @ 99.99 of A at 3"], "A FILLED 250"),
        (order(300, tif="FOK"), 1, [], "A CANCELED 0"),
        (
            order(300, tif="FOK"),
            2,
            ["250 @ 99.99 of A at 3", "50 @ 99.96 of A at 4"],
            "A FILLED 300",
        ),
        (order(100, "99.98", tif="IOC"), 0, [], "A CANCELED 0"),
    ],
)
def test_windows_begin_with_the_first_trade_that_the_order_can_meet(
    request_: Request, window_ms: int, fills: list[str], end: str
) -> None:
    """What IOC has not filled by the end of the window is canceled, of FOK all or nothing."""
    settings = Settings(
        entry_latency_ns=2 * MS,
        participation=Fraction("0.25"),
        slippage_ticks=1,
        ioc_window_ns=window_ms * MS,
    )

    assert filled([request_], settings) == fills
    assert ended([request_], settings) == [end]


def test_a_window_begins_once() -> None:
    """A second trade inside does not prolong it; one that never begins expires with the feed."""
    requests = [order(90, tif="IOC"), order(90, tif="IOC", cl_ord_id="B", cause=6)]

    assert ended(requests, Settings(ioc_window_ns=MS), TENS) == ["A CANCELED 20", "B EXPIRED 0"]


@pytest.mark.parametrize("tif", ["IOC", "FOK"])
@pytest.mark.parametrize(("last_ms", "status"), [(2, "EXPIRED"), (3, "CANCELED")])
def test_a_window_is_over_at_a_message_behind_it(tif: str, last_ms: int, status: str) -> None:
    """If the feed ends before, the order expires with it; the window is from 1 ms to 2 ms."""
    trades: list[Trade] = [(0, "5", 10), (1, "5", 0), (last_ms, "5", 0)]

    assert ended([order(90, tif=tif)], Settings(ioc_window_ns=MS), trades) == [f"A {status} 0"]


def test_what_a_fok_reserves_in_vain_nobody_gets() -> None:
    """The order after it gets what is left of each trade."""
    settings = Settings(ioc_window_ns=MS)
    requests = [order(30, tif="FOK"), order(30, cl_ord_id="B")]

    assert filled(requests, settings, [(0, "5", 1), (1, "5", 20), (2, "5", 15)]) == [
        "20 @ 5 of A at 2",
        "10 @ 5 of A at 3",
        "5 @ 5 of B at 3",
    ]
    assert filled(requests, settings, [(0, "5", 1), (1, "5", 20), (3, "5", 15)]) == [
        "15 @ 5 of B at 3"
    ]


def cancel(cl_ord_id: str, orig: str, cause: int) -> Cancel:
    """A request for the end of an order."""
    return Cancel(account="a", cl_ord_id=cl_ord_id, orig_cl_ord_id=orig, cause=cause)


def replace(cl_ord_id: str, orig: str, quantity: int, limit: str | None, cause: int) -> Replace:
    """A request for another quantity or price."""
    price = None if limit is None else Fraction(limit)
    return Replace(
        account="a",
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig,
        quantity=Fraction(quantity),
        price=price,
        cause=cause,
    )


@pytest.mark.parametrize(
    ("requests", "latency_ms", "fills", "ends"),
    [
        # a cancel caused by message 2 takes effect before message 3, with a latency before 4
        ([order(90), cancel("C", "A", 2)], 0, ["10 @ 5 of A at 2"], ["A CANCELED 10"]),
        (
            [order(90), cancel("C", "A", 2)],
            1,
            ["10 @ 5 of A at 2"],
            ["A CANCELED 10"],
        ),
        (
            [order(90), cancel("C", "A", 2)],
            2,
            ["10 @ 5 of A at 3"],
            ["A CANCELED 10"],
        ),
        # too late
        ([order(5), cancel("C", "A", 2)], 0, ["5 @ 5 of A at 2"], ["A FILLED 5"]),
        # fewer: in its place; the older ClOrdID names nothing any more
        (
            [
                order(90),
                order(90, cl_ord_id="B"),
                replace("R", "A", 15, None, 2),
                cancel("C", "A", 2),
                cancel("D", "B", 4),
            ],
            0,
            ["10 @ 5 of A at 2", "5 @ 5 of R at 3", "5 @ 5 of B at 3", "10 @ 5 of B at 4"],
            ["R FILLED 15", "B CANCELED 15"],
        ),
        # as many: in its place
        (
            [order(20), order(9, cl_ord_id="B"), replace("R", "A", 20, None, 2)],
            0,
            ["10 @ 5 of A at 2", "10 @ 5 of R at 3", "9 @ 5 of B at 4"],
            ["R FILLED 20", "B FILLED 9"],
        ),
        # more: after the others
        (
            [order(20), order(20, cl_ord_id="B"), replace("R", "A", 21, None, 2)],
            0,
            [
                "10 @ 5 of A at 2",
                "10 @ 5 of B at 3",
                "10 @ 5 of B at 4",
                "10 @ 5 of R at 5",
                "1 @ 5 of R at 6",
            ],
            ["R FILLED 21", "B FILLED 20"],
        ),
        # no more than what was filled
        ([order(90), replace("R", "A", 3, None, 2)], 0, ["10 @ 5 of A at 2"], ["R FILLED 10"]),
        # another price: no longer marketable, at 5 not through
        (
            [order(90, "6"), replace("R", "A", 90, "4", 2)],
            0,
            ["10 @ 5 of A at 2"],
            ["R EXPIRED 10"],
        ),
        # from resting to marketable
        (
            [order(10, "4"), replace("R", "A", 10, "5", 2)],
            0,
            ["10 @ 5 of R at 3"],
            ["R FILLED 10"],
        ),
    ],
)
def test_cancels_and_replaces_take_effect_before_the_message_trades(
    requests: list[Request], latency_ms: int, fills: list[str], ends: list[str]
) -> None:
    """They arrive as orders do, and act on what is left then."""
    settings = Settings(entry_latency_ns=latency_ms * MS)

    assert filled(requests, settings, TENS) == fills
    assert ended(requests, settings, TENS) == ends


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([order(1, cause=2), order(1, cl_ord_id="B")], "before that of the previous request"),
        ([order(1, cause=7)], "no message 7"),
        ([order(90, tif="FOK"), replace("R", "A", 95, None, 2)], "reserved something"),
    ],
)
def test_requests_that_are_beyond_the_rules_are_refused(
    requests: list[Request], message: str
) -> None:
    """The reference does not guess."""
    with pytest.raises(ValueError, match=message):
        ended(requests, Settings(ioc_window_ns=MS), TENS)
