"""A feed log and the order journal of what was executed on it, written at full speed.

The order manager's own code judges, journals and folds, without sockets or a pause; a gateway would
take hours for such a feed at its usual pace.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.kit.clock import FakeClock
from tests.kit.sender import MemorySender
from tradestack.domain.clock import NANOSECONDS_PER_MILLISECOND
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdType, Side, Start, TimeInForce
from tradestack.domain.tick import TickKind
from tradestack.runtime.process.process_facts import read_boot_id
from tradestack.sessions.order_session import OrderSession
from tradestack.sessions.sidecar import Sidecar
from tradestack.store.feed_log import FeedLog
from tradestack.trading.accounts import Accounts
from tradestack.trading.commit import commit
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.judging.decisions import Batch, Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.rules import Rules
from tradestack.wire.feed import encode_symbol, new_records
from tradestack.wire.journal.order_journal import FORMAT_VERSION, SessionRecord
from tradestack.wire.order_messages import Register
from tradestack.wire.orders import encode_message
from tradestack_order_manager.accounts.execution import Execution

FEED_SESSION, ORDER_SESSION = "3DAA200000", "3DAA300000"
START_NS = 1_795_338_000_000_000_000
TICK_INTERVAL_NS = 1_000_000
SYMBOLS = ("SPY", "AIG", "MSFT", "SPY")
PRICE, AWAY = 100, 20  # of every trade; and how far limits are from it that no trade reaches
TICKS_AT_ONCE = 1_000_000
ORDERS_AT_ONCE = 256
ROOM = 1_000_000_000
RULES = Rules(limits=RiskLimits(), reports_per_session_max=ROOM, uid=0)
REGISTER = Register(
    request_id="1",
    instance="bench",
    config_hash="0123456789ab",
    feed_session=FEED_SESSION,
    head=0,
    start=Start.SESSION,
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is: `filled` of the orders are, `working` are at work in the end.

    The others are IOC at a limit that no trade reaches: canceled.
    """

    ticks: int
    orders: int
    filled: int
    working: int


def write_feed_log(directory: Path, ticks: int) -> None:
    """Write the log of a feed session that goes on, and its sidecar."""
    directory.mkdir(parents=True)
    Sidecar(session_id=FEED_SESSION, start_time_ns=0, sources={}).save(directory)
    symbols = np.array([encode_symbol(symbol) for symbol in SYMBOLS])
    log = FeedLog.create(directory, FEED_SESSION)
    for first in range(1, ticks + 1, TICKS_AT_ONCE):
        numbers = np.arange(first, min(first + TICKS_AT_ONCE, ticks + 1))
        records = new_records(len(numbers))
        records["kind"] = TickKind.PRICE
        records["symbol"] = symbols[numbers % len(symbols)]
        records["value"] = PRICE * SCALE
        records["size"] = 1_000 * SCALE
        records["event_time_ns"] = START_NS + numbers * TICK_INTERVAL_NS
        records["publish_time_ns"] = records["event_time_ns"]
        log.append(records.tobytes())
    log.close()


def write_journal(directory: Path, feed_directory: Path, user: str, sizes: Sizes) -> None:
    """Write the journal of an order session whose orders were sent all along that feed."""
    directory.mkdir(parents=True)
    clock = FakeClock(time.time_ns())  # of today, or the order manager begins another session
    header = SessionRecord(
        version=FORMAT_VERSION,
        session=ORDER_SESSION,
        time_ns=clock.wall_ns(),
        next_order_id=1,
        registrations=(),
        boot_id=read_boot_id(),
    )
    session = OrderSession.begin(directory, header)
    execution = Execution(
        ExecutionModel(),
        feed_directory,
        session.known,
        away_max_ns=ROOM,
        feed_wait_max_ns=0,
        connected=lambda: {user},
        clock=clock,
    )
    desk = _Desk(session, execution, MemorySender(user, ORDER_SESSION), clock)
    desk.settle([REGISTER])
    for orders in _orders(sizes):
        desk.settle(orders)
        desk.keep_up()
    execution.close()
    session.close()


@dataclass(frozen=True, slots=True)
class _Desk:
    """Settles messages and lets time pass, as the order manager's Settler does."""

    session: OrderSession
    execution: Execution
    sender: MemorySender
    clock: FakeClock

    def settle(self, messages: Sequence[Order | Register]) -> None:
        accounts, now_ns = self._look()
        received = [
            Received(self.sender, now_ns, encode_message(message), message) for message in messages
        ]
        self._record(judge(self.session.known, received, RULES, accounts, now_ns))

    def keep_up(self) -> None:
        accounts, now_ns = self._look()
        judgement = Judgement(self.session.known, RULES, accounts, now_ns)
        self.execution.upkeep(judgement)
        self._record(judgement.batch)

    def _look(self) -> tuple[Accounts | None, int]:
        self.clock.now_ns += NANOSECONDS_PER_MILLISECOND
        return self.execution.accounts_of(self.session.known), self.clock.wall_ns()

    def _record(self, batch: Batch) -> None:
        offsets = self.session.journal.append(batch.records)
        commit(self.session.state, batch.judged, offsets)
        self.execution.committed(batch)


def _orders(sizes: Sizes) -> Iterator[list[Order]]:
    """Yield the orders of each pass, sent for one message; passes are evenly over the feed."""
    last_cause = sizes.ticks - 1
    fill_every, work_every = sizes.orders // sizes.filled, sizes.orders // sizes.working
    for first in range(1, sizes.orders + 1, ORDERS_AT_ONCE):
        cause = first * last_cause // sizes.orders
        yield [
            _order(
                number,
                cause,
                is_filled=number % fill_every == 0,
                works=number % work_every == 1,
            )
            for number in range(first, min(first + ORDERS_AT_ONCE, sizes.orders + 1))
        ]


def _order(number: int, cause: int, *, is_filled: bool, works: bool) -> Order:
    side = Side.BUY if number // 2 % 2 else Side.SELL
    away = 0 if is_filled else AWAY + number % AWAY
    return Order(
        cl_ord_id=f"bench-{number}",
        symbol=SYMBOLS[number % len(SYMBOLS)],
        side=side,
        quantity=10 * SCALE,
        ord_type=OrdType.LIMIT,
        time_in_force=TimeInForce.DAY if works and not is_filled else TimeInForce.IOC,
        price=(PRICE + (-away if side is Side.BUY else away)) * SCALE,
        feed_session=FEED_SESSION,
        feed_seq=cause,
    )
