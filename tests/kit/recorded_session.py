"""A feed session and its order journal in files, recorded by the order manager's own code.

Nothing runs and nothing is waited for: ticks are appended, messages settled and time passed by the
test. `model` is any, and messages are any that a client can send.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np

from tests.kit.clock import FakeClock
from tests.kit.sender import MemorySender
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import Order
from tradestack.domain.requests import Request
from tradestack.domain.tick import TickKind
from tradestack.sessions.order_session import OrderSession
from tradestack.store.feed_log import FeedLog
from tradestack.trading.account.account import Account
from tradestack.trading.account.holdings.opening import AccountOpening
from tradestack.trading.commit import commit
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.judging.decisions import Batch, Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.risk.limits import Limits, RiskLimits, UserLimits
from tradestack.trading.risk.trading_state import StateAct
from tradestack.trading.rules import Rules
from tradestack.wire.feed import encode_symbol, new_records
from tradestack.wire.journal.order_journal import FORMAT_VERSION, SessionRecord
from tradestack.wire.order_messages import Progress, Register
from tradestack.wire.orders import encode_message
from tradestack_order_manager.accounts.execution import Execution

FEED_SESSION = "3DAA200000"
ORDER_SESSION = "3DAA300000"
START_NS = 1_795_338_000_000_000_000
TICK_NS = NANOSECONDS_PER_SECOND  # between two ticks of feed time
AWAY_MAX_NS = 10 * NANOSECONDS_PER_SECOND

# Symbol, price or sentiment, size; a size of None: news.
TickRow = tuple[str, str, int | None]


class RecordedSession:
    """Both files in a directory, as `up` has them; a context manager that closes them."""

    def __init__(
        self,
        directory: Path,
        model: ExecutionModel | None = None,
        opening: AccountOpening = AccountOpening.FLAT,
    ) -> None:
        self.directory = directory
        self.gateway = directory / "state" / "gateway"
        self.order_manager = directory / "state" / "order-manager"
        for path in (self.gateway, self.order_manager):
            path.mkdir(parents=True)
        self.log = FeedLog.create(self.gateway, FEED_SESSION)
        self.clock = FakeClock(START_NS)
        header = SessionRecord(
            version=FORMAT_VERSION,
            session=ORDER_SESSION,
            time_ns=START_NS,
            next_order_id=1,
            registrations=(),
        )
        self.session = OrderSession.begin(self.order_manager, header)
        self.opening = opening
        self.model = model or ExecutionModel(default_size=100 * SCALE)
        self.rules = RULES
        self.connected: set[str] = set()
        self._execution = self._start()
        self._save_sidecar()

    @property
    def journal(self) -> Path:
        """The newest order journal."""
        return self.session.journal.path

    @property
    def journals(self) -> list[Path]:
        """All order journals, the oldest first."""
        return sorted(self.order_manager.iterdir())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._execution.close()
        self.session.journal.close()
        self.log.close()

    def publish(self, *rows: TickRow) -> int:
        """Append ticks, a second of feed time apart; return the number of the newest."""
        records = new_records(len(rows))
        numbers = np.arange(self.log.head + 1, self.log.head + 1 + len(rows))
        records["kind"] = [TickKind.NEWS if size is None else TickKind.PRICE for *_, size in rows]
        records["symbol"] = [encode_symbol(symbol) for symbol, *_ in rows]
        records["value"] = [parse_fixed(value) for _, value, _ in rows]
        records["size"] = [(size or 0) * SCALE for *_, size in rows]
        records["event_time_ns"] = records["publish_time_ns"] = START_NS + numbers * TICK_NS
        return self.log.append(records.tobytes())

    def send(self, *messages: Order | Request | Register | Progress, user: str = "news") -> Batch:
        """Settle the messages of one loop pass."""
        accounts = self._execution.accounts_of(self.session.known)
        time_ns = self._tick()
        sender = MemorySender(user)
        received = [
            Received(sender, time_ns, encode_message(message), message) for message in messages
        ]
        batch = judge(self.session.known, received, self.rules, accounts, time_ns)
        self._record(batch)
        return batch

    def pass_time(self, seconds: int = 1) -> None:
        """Let wall time pass, and the order manager look after its accounts."""
        self.clock.now_ns += seconds * NANOSECONDS_PER_SECOND
        accounts = self._execution.accounts_of(self.session.known)
        judgement = Judgement(self.session.known, self.rules, accounts, self._tick())
        self._execution.upkeep(judgement)
        self._record(judgement.batch)

    def set_limits(self, limits: RiskLimits) -> None:
        """Judge by other limits from now on."""
        self.rules = replace(self.rules, limits=limits)

    def set_state(self, act: StateAct) -> None:
        """Let an operator change a trading state."""
        accounts = self._execution.accounts_of(self.session.known)
        judgement = Judgement(self.session.known, self.rules, accounts, self._tick())
        judgement.set_state(act)
        self._record(judgement.batch)

    def roll_over(self) -> None:
        """Begin another order session, in which the accounts go on."""
        self._execution.accounts_of(self.session.known)
        session = _next_id(self.session.id)
        header = self.session.state.next_header(session, self._tick())
        records = self._execution.carry(
            self.session.known, header, uid=self.rules.uid, is_forced=False
        )
        self.session.journal.close()
        self.session = OrderSession.begin(self.order_manager, header, records)

    def restart(self) -> None:
        """Let another order manager begin from the files."""
        self._execution.close()
        path = self.journal
        self.session.journal.close()
        recovered = OrderSession.recover(path)
        assert recovered is not None, "the journal has a header"
        self.session = recovered
        self._execution = self._start()

    def cut(self, records: int) -> None:
        """Restart with no more than the first records of the journal, as after a torn write."""
        lines = self.journal.read_bytes().splitlines(keepends=True)
        self.journal.write_bytes(b"".join(lines[:records]))
        self.restart()

    def end(self) -> None:
        """End the feed session, and let the accounts meet its end."""
        self._save_sidecar(ended_head=self.log.head)
        self.log.end()
        self.pass_time(2 * AWAY_MAX_NS // NANOSECONDS_PER_SECOND)
        self.pass_time()

    def begin_feed_session(self) -> str:
        """End the feed session, as it is, and begin the next one; return its id."""
        self._save_sidecar(ended_head=self.log.head)
        self.log.end()
        self.log.close()
        self.log = FeedLog.create(self.gateway, _next_id(self.log.path.stem))
        self._save_sidecar()
        return self.log.path.stem

    def account(self, user: str = "news", feed_session: str | None = None) -> Account:
        """Return the account in a feed session, None = the newest."""
        accounts = self._execution.accounts_of(self.session.known)
        assert accounts is not None, "orders are executed"
        account = accounts.find((user, feed_session or self.log.path.stem))
        assert account is not None, "it has begun"
        return account

    def _start(self) -> Execution:
        return Execution(
            self.model,
            self.gateway,
            self.session.known,
            away_max_ns=AWAY_MAX_NS,
            feed_wait_max_ns=0,
            connected=lambda: self.connected,
            opening=self.opening,
            clock=self.clock,
        )

    def _record(self, batch: Batch) -> None:
        offsets = self.session.journal.append(batch.records)
        commit(self.session.state, batch.judged, offsets)
        self._execution.committed(batch)

    def _save_sidecar(self, ended_head: int | None = None) -> None:
        end = {"ended": ended_head is not None, "ended_head": ended_head}
        self.log.path.with_suffix(".json").write_text(json.dumps(end))

    def _tick(self) -> int:
        self.clock.now_ns += NANOSECONDS_PER_SECOND // 2
        return self.clock.now_ns


def _next_id(session_id: str) -> str:
    """Return the id of the next order session: those of tests end with digits."""
    return f"{session_id[:5]}{int(session_id[5:]) + 1:05}"


RULES = Rules(
    limits=RiskLimits(each_user=UserLimits(limits=Limits(max_order_qty=1_000 * SCALE))),
    reports_per_session_max=1_000_000,
    uid=0,
)


def trades(symbol: str, *prices: str, size: int = 100) -> Sequence[TickRow]:
    """Return trades at these prices, one after another."""
    return [(symbol, price, size) for price in prices]
