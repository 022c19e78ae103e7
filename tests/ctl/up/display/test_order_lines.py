"""The lines of the order log that a run shows."""

from pathlib import Path

import pytest

from tradestack.ctl.up.display.order_lines import LINES_SHOWN_MAX, OrderLines, shortened

LINE = (
    "2026-11-22T09:00:00.123456Z Received Order {number}: BUY 10 SPY @ 692.6 news sentiment=69.37 "
    "event=2013-10-10T13:30:04.500000Z ClOrdID=news-265c9a6a1fa2-3LU0M4ZSPR-701-0 user=news\n"
)


@pytest.mark.parametrize(
    ("line", "short"),
    [
        (LINE.format(number=1), "Received Order 1: BUY 10 SPY @ 692.60 news sentiment=69.37"),
        (
            "2026-11-22T09:00:00Z Received Order 2: SELL 0.5 X @ 17 ClOrdID=a user=u REJECTED why",
            "Received Order 2: SELL 0.5 X @ 17.00 REJECTED why",
        ),
        (
            "2026-11-22T09:00:00Z Received Order 3: BUY 1 X @ MARKET ClOrdID=a user=u",
            "Received Order 3: BUY 1 X @ MARKET",
        ),
        (
            "2026-11-22T09:00:00Z Received Order 4: BUY 1 X @ 0.12345 ClOrdID=a user=u",
            "Received Order 4: BUY 1 X @ 0.12345",
        ),
        (
            "2026-11-22T09:00:00Z Filled Order 1: BUY 10 SPY @ 692.6, 10 of 10 done, fee 0.05 "
            "ClOrdID=a report=3DAA100000-17 user=u",
            "Filled Order 1: BUY 10 SPY @ 692.60",
        ),
        (
            "2026-11-22T09:00:00Z Partly Filled Order 2: BUY 4 SPY @ 692, 4 of 10 done, fee 0 "
            "ClOrdID=a report=3DAA100000-17 user=u",
            "Partly Filled Order 2: BUY 4 SPY @ 692.00, 4 of 10 done",
        ),
        (
            "2026-11-22T09:00:00Z Canceled Order 3: BUY 10 SPY, 3 of 10 done ClOrdID=b "
            "OrigClOrdID=a report=3DAA100000-17 user=u CANCEL_ON_CONNECTION_LOSS",
            "Canceled Order 3: BUY 10 SPY, 3 of 10 done CANCEL_ON_CONNECTION_LOSS",
        ),
        (
            "2026-11-22T09:00:00Z Replaced Order 3: BUY 12 SPY @ 692.6, 3 of 12 done ClOrdID=b "
            "OrigClOrdID=a report=3DAA100000-17 user=u",
            "Replaced Order 3: BUY 12 SPY @ 692.60, 3 of 12 done",
        ),
        (
            "2026-11-22T09:00:00Z Rejected Cancel of Order 3: ClOrdID=c OrigClOrdID=a "
            "report=3DAA100000-17 user=u TOO_LATE_TO_CANCEL",
            "Rejected Cancel of Order 3: TOO_LATE_TO_CANCEL",
        ),
        (
            "2026-11-22T09:00:00Z Canceled All: 3 orders in SPY ClOrdID=c "
            "report=3DAA100000-17 user=u",
            "Canceled All: 3 orders in SPY",
        ),
        ("something else", "something else"),
    ],
)
def test_what_people_read_is_kept(line: str, short: str) -> None:
    """Times, ids and users are left out, a price has cents."""
    assert shortened(line.rstrip("\n")) == short


def test_only_whole_lines_of_this_run_are_shown(tmp_path: Path) -> None:
    """Those of earlier runs are not, and a torn one waits for its end."""
    path = tmp_path / "order_log.txt"
    path.write_text(LINE.format(number=1))
    lines = OrderLines(path)
    with path.open("a") as file:
        file.write(LINE.format(number=2) + LINE.format(number=3)[:50])

    assert [line[:16] for line in lines.new_lines()] == ["Received Order 2"]
    with path.open("a") as file:
        file.write(LINE.format(number=3)[50:])
    assert [line[:16] for line in lines.new_lines()] == ["Received Order 3"]
    assert lines.new_lines() == []


def test_of_many_orders_at_once_a_few_are_shown(tmp_path: Path) -> None:
    """The others are counted; a log that does not exist yet has none."""
    path = tmp_path / "order_log.txt"
    lines = OrderLines(path)
    assert lines.new_lines() == []
    path.write_text("".join(LINE.format(number=number) for number in range(2_000)))

    shown = lines.new_lines()

    assert len(shown) == LINES_SHOWN_MAX + 1
    assert shown[-1] == f"… and {2_000 - LINES_SHOWN_MAX:,} more lines"
