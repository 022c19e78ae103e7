"""Tests of the tape in memory."""

from tests.kit.tape import NEWS_SYMBOL, MemoryTape
from tradestack.domain.tick import TickKind
from tradestack.domain.trade import Trade
from tradestack.trading.tape import Tape
from tradestack.wire.feed import TickBatch, is_tick_packets

TRADES = [
    Trade(1, "A", 10, 100, 5),
    Trade(2, "B", 10, 200, 6),
    Trade(5, "A", 20, 101, 0),
    Trade(6, "A", 30, 102, 7),
]


def test_trades_are_found_by_symbol_and_number() -> None:
    """The newest ones up to a number, the oldest first."""
    tape: Tape = MemoryTape(TRADES)

    assert tape.head == 6
    assert tape.last_trade("A", 4) == TRADES[0]
    assert tape.last_trade("A", 5) == TRADES[2]
    assert tape.last_trade("B", 1) is None
    assert tape.last_trade("C", 6) is None
    assert tape.recent_trades("A", 6, 2) == TRADES[2:]
    assert tape.recent_trades("A", 5, 9) == [TRADES[0], TRADES[2]]


def test_records_are_the_messages_of_the_feed() -> None:
    """Numbers that are left out are news at the time before."""
    tape = MemoryTape(TRADES)
    records = tape.records(2, 4)
    ticks = list(TickBatch(2, records).ticks())

    assert is_tick_packets(records).all()
    assert [(tick.symbol, tick.value, tick.size, tick.event_time_ns) for tick in ticks] == [
        ("B", 200, 6, 10),
        (NEWS_SYMBOL, 0, 0, 10),
        (NEWS_SYMBOL, 0, 0, 10),
        ("A", 101, 0, 20),
    ]
    assert [tick.kind for tick in ticks[:2]] == [TickKind.PRICE, TickKind.NEWS]


def test_a_tape_grows() -> None:
    """News and trades are appended; what was read before stays the same."""
    tape = MemoryTape(TRADES[:1])
    before = tape.records(1, 9)
    tape.append_news(event_time_ns=12)
    tape.append(Trade(3, "A", 12, 99, 1))

    assert (tape.head, len(before)) == (3, 1)
    assert tape.records(1, 9)["event_time_ns"].tolist() == [10, 12, 12]
    assert tape.last_trade("A", 3) == Trade(3, "A", 12, 99, 1)
