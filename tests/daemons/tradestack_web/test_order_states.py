"""The newest orders as they are now, by the journal alone."""

import asyncio
from pathlib import Path

import pytest

from tests.ctl.verify.traded import order, trade
from tests.kit.recorded_session import RecordedSession, trades
from tradestack.domain.fixed_point import SCALE, format_fixed
from tradestack.domain.order import OrdType
from tradestack.report.columns.table import MISSING
from tradestack.report.recorded import open_session
from tradestack_web.live import order_states
from tradestack_web.live.journal_reader import JournalReader
from tradestack_web.live.order_states import newest_orders

# What events change; the page takes the same ones from the same events.
CHANGED = {
    "fill": ("ord_status", "cum_qty", "avg_px"),
    "report": ("ord_status", "order_qty", "price"),
}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of a session with fills, cancels, rejects and orders that still work."""
    directory = tmp_path_factory.mktemp("traded")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.send(order("works", 1, ord_type=OrdType.LIMIT, price=SCALE))
        recorded.pass_time()
    return directory


def journal_of(directory: Path) -> Path:
    """The only order journal."""
    (journal,) = (directory / "state" / "order-manager").glob("*.journal")
    return journal


def newest(journal: Path, count: int) -> list[dict[str, object]]:
    """Ask for the newest orders."""
    return asyncio.run(newest_orders(journal, count))


@pytest.mark.parametrize("piece_bytes", [100, 1_000, 1 << 20])
def test_states_are_those_of_the_report(
    directory: Path, piece_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which reads the whole journal, and by other code; of as many orders as are asked for."""
    monkeypatch.setattr(order_states, "PIECE_BYTES", piece_bytes)
    table = open_session(directory, None).orders()
    expected = [
        (
            int(table["order_id"][row]),
            table.decoded("status")[row],
            format_fixed(int(table["final_quantity"][row])),
            "0" if cum == MISSING else format_fixed(int(cum)),
            None if average == MISSING or not cum else format_fixed(int(average)),
        )
        for row, (cum, average) in enumerate(
            zip(table["cum_quantity"], table["average_price"], strict=True)
        )
    ]
    assert len({each[1] for each in expected}) >= 3

    for count in range(1, len(expected) + 2):
        found = newest(journal_of(directory), count)
        fields = ("order_id", "ord_status", "order_qty", "cum_qty", "avg_px")
        assert [tuple(each[name] for name in fields) for each in found] == expected[-count:]


def test_a_replaced_order_has_the_price_and_the_name_of_its_replacement(directory: Path) -> None:
    """The old limit beside the new quantity would be of no order."""
    found = {each["cl_ord_id"]: each for each in newest(journal_of(directory), 1_000)}

    assert "replaced" not in found
    assert (found["again"]["price"], found["again"]["order_qty"]) == ("95", "20")


def test_the_live_events_lead_to_the_same_states(directory: Path) -> None:
    """A page that was open all the time shows what one shows that is opened now."""
    reader = JournalReader(journal_of(directory), lambda _session, _sequence: None)
    orders: dict[object, dict[str, object]] = {}
    for event in reader.tail(1_000):
        order = orders.get(event["order_id"])
        if event["type"] == "order":
            orders[event["order_id"]] = event
        elif order is not None:
            order |= {name: event[name] for name in CHANGED[event["type"]] if name in event}
            if event.get("exec_type") == "REPLACED":
                order["cl_ord_id"] = event["cl_ord_id"]
    reader.close()

    names = ("order_id", "ord_status", "order_qty", "price", "cum_qty", "avg_px", "cl_ord_id")
    now = newest(journal_of(directory), 1_000)
    assert [[order[name] for name in names] for order in orders.values()] == [
        [each[name] for name in names] for each in now
    ]


def test_a_journal_that_is_being_written_or_is_damaged_is_read_as_far_as_it_goes(
    directory: Path, tmp_path: Path
) -> None:
    """What cannot be read is left out, wherever the file is cut."""
    whole = journal_of(directory).read_bytes()
    path = tmp_path / "0000000000.journal"
    of_whole = newest(journal_of(directory), 1_000)
    ids = [each["order_id"] for each in of_whole]
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        found = [each["order_id"] for each in newest(path, 1_000)]
        assert found == ids[: len(found)]
    lines = whole.splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if b'"Record":"Order"' in line)
    lines[number] = lines[number].replace(b"Order", b"order", 1)
    path.write_bytes(b"".join(lines))

    assert newest(path, 1_000) == of_whole[1:]


def test_the_search_ends_somewhere(
    tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a journal without orders at its end, the rest is not looked at."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("a", 1))
    journal = recorded.journal
    size = journal.stat().st_size
    assert newest(journal, 5) != []
    monkeypatch.setattr(order_states, "PIECE_BYTES", 16)
    monkeypatch.setattr(order_states, "SEARCHED_BYTES_MAX", 32)

    assert size > 32
    assert newest(journal, 5) == []
