"""Verification: any session is what follows from it, and any field that is changed is named.

The sessions are recorded by the order manager's own code; changed records have right checksums.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ctl.verify.traded import cancel_all, order, trade
from tests.kit.recorded_session import RULES, RecordedSession, trades
from tradestack.ctl.verify.session_files import tapes_of
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, Side, TimeInForce
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.store.journal_lines import read_lines
from tradestack.trading.execution.model import (
    ExecutionModel,
    Fees,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)
from tradestack.trading.risk.limits import (
    CountPerWindow,
    Limits,
    OnBreach,
    RiskLimits,
    SelfTrade,
    UserLimits,
)
from tradestack.trading.risk.trading_state import BREACHES, StateAct, StateEvent
from tradestack.trading.verification.difference import Differs
from tradestack.trading.verification.verification import Verification
from tradestack.wire.order_journal import decode_header

MILLISECOND_NS = 1_000_000


def payloads_of(journal: Path) -> list[bytes]:
    """The payloads of a journal."""
    payloads = [line.payload for line in read_lines(journal)]
    assert None not in payloads
    return [payload for payload in payloads if payload is not None]


def verify(log: Path, *journals: list[bytes]) -> Verification:
    """Verify journals with these payloads. Raises Differs."""
    with tapes_of(log) as open_tape:
        verification = Verification(log.stem, open_tape)
        for payloads in journals:
            verification.begin(decode_header(payloads[0]))
            for number, payload in enumerate(payloads[1:], 2):
                verification.take(number, payload)
        verification.finish()
    return verification


@pytest.fixture(scope="module")
def traded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[bytes]]:
    """The feed log of a day of trading, and the payloads of its journal, to its end."""
    with RecordedSession(tmp_path_factory.mktemp("traded")) as recorded:
        trade(recorded)
        recorded.restart()
        recorded.send(cancel_all(), user="other")
        recorded.pass_time()
        recorded.end()
    return recorded.log.path, payloads_of(recorded.journal)


def test_a_session_is_what_follows_from_it(traded: tuple[Path, list[bytes]]) -> None:
    """Every kind of order and every way in which one ends, over a restart: no difference."""
    log, payloads = traded

    verification = verify(log, payloads)

    assert sorted(verification.folds) == ["news", "other"]
    assert verification.counts.orders == 9
    assert verification.counts.requests == 4
    assert verification.counts.reports == 9 + 16
    assert verification.counts.fills == 7
    assert verification.unjournalled == 0


def _places() -> list[tuple[str, str]]:
    """Kinds of records, and fields of them that follow from the tape."""
    report = [
        *("OrderID", "ClOrdID", "ExecID", "ExecType", "OrdStatus", "Symbol", "Side", "OrderQty"),
        *("LastQty", "LastPx", "CumQty", "LeavesQty", "AvgPx", "Commission", "TransactTime"),
        *("FeedSeq", "VisibleTime"),
    ]
    order_report = [name for name in report if name not in ("LastQty", "LastPx", "AvgPx")]
    return [
        *(("Execution", name) for name in report),
        *(("Order", name) for name in order_report if name != "Commission"),
        *((kind, name) for kind in ("Order", "Request") for name in ("Cause", "Arrival")),
    ]


@pytest.mark.parametrize(("kind", "name"), _places())
def test_each_changed_field_is_named(
    traded: tuple[Path, list[bytes]], kind: str, name: str
) -> None:
    """Wherever a record of the kind has the field: with its line, or that of a later record."""
    log, payloads = traded
    is_report = name not in ("Cause", "Arrival")
    found = 0
    for index, payload in enumerate(payloads):
        record = json.loads(payload)
        fields = record["Report"] if is_report and "Report" in record else record
        if record["Record"] != kind or name not in fields:
            continue
        fields[name] = _other(name, fields[name])
        changed = [*payloads]
        changed[index] = json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()

        with pytest.raises(Differs) as differs:
            verify(log, changed)

        difference = differs.value.difference
        assert difference.line == index + 1, difference
        assert difference.expected != difference.found
        found += 1
    assert found


def _other(name: str, value: Any) -> Any:
    """Another value of the field, as valid."""
    others = {
        "ExecType": {"TRADE": "CANCELED", "NEW": "REJECTED"},
        "OrdStatus": {"FILLED": "PARTIALLY_FILLED", "NEW": "PARTIALLY_FILLED"},
        "Side": {"BUY": "SELL", "SELL": "BUY"},
    }
    if name in others:
        return others[name].get(value, "NEW")
    if isinstance(value, int):
        return value - 1 if name in ("FeedSeq", "Cause") and value > 1 else value + 1
    return f"1{value}"


@pytest.mark.parametrize("kind", ["Order", "Execution"])
def test_each_missing_or_repeated_record_is_found(
    traded: tuple[Path, list[bytes]], kind: str
) -> None:
    """A report that is not there, and one that is there twice, differ."""
    log, payloads = traded
    for index, payload in enumerate(payloads):
        if json.loads(payload)["Record"] == kind:
            for others in ([], [payload, payload]):
                with pytest.raises(Differs):
                    verify(log, [*payloads[:index], *others, *payloads[index + 1 :]])


def test_a_record_of_an_account_that_has_not_begun_differs(
    traded: tuple[Path, list[bytes]],
) -> None:
    """Without its Account record an order follows from nothing."""
    log, payloads = traded
    changed = [payload for payload in payloads if b'"Record":"Account"' not in payload]

    with pytest.raises(Differs) as differs:
        verify(log, changed)

    assert differs.value.difference.field == "FeedSession"


def test_a_log_that_lacks_messages_is_no_difference(traded: tuple[Path, list[bytes]]) -> None:
    """The account is compared as far as the log goes, and then put aside with the reason."""
    log, payloads = traded
    shorter = log.with_name("3DAA200000.feed.d")
    shorter.mkdir()
    copy = shorter / log.name
    copy.write_bytes(log.read_bytes()[: 8 * 64])

    verification = verify(copy, payloads)

    assert sorted(verification.behind) == ["news", "other"]
    assert "ends with 8" in verification.behind["news"]
    assert verification.counts.orders == 2


def test_a_checkpoint_is_the_state_at_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right one is counted; any value changed in it is named, but for what strategies say."""
    monkeypatch.setattr("tradestack_order_manager.execution.CHECKPOINT_RECORDS", 2)
    with RecordedSession(tmp_path) as recorded:
        trade(recorded)
    payloads = payloads_of(recorded.journal)
    assert verify(recorded.log.path, payloads).counts.checkpoints >= 3

    at = next(i for i, payload in enumerate(payloads) if b'"Record":"Checkpoint"' in payload)
    for before, after, field in (
        (b'"cash":-', b'"cash":', "portfolio.cash"),
        (b'"last_cause":', b'"last_cause":1', "last_cause"),
    ):
        changed = [*payloads]
        changed[at] = payloads[at].replace(before, after, 1)
        with pytest.raises(Differs) as differs:
            verify(recorded.log.path, changed)
        assert (differs.value.difference.line, differs.value.difference.field) == (at + 1, field)


def test_the_end_of_a_batch_may_be_missing(tmp_path: Path) -> None:
    """A journal that was cut between the last reports and the record of the end is whole."""
    with RecordedSession(tmp_path) as recorded:
        trade(recorded)
        recorded.end()
    payloads = payloads_of(recorded.journal)
    ended = [i for i, payload in enumerate(payloads) if b'"Record":"Ended"' in payload]

    assert verify(recorded.log.path, payloads[: ended[0]]).unjournalled == 0
    assert verify(recorded.log.path, payloads[: ended[0] - 1]).unjournalled == 1


MODELS = st.builds(
    ExecutionModel,
    entry_latency=st.builds(Latency, st.sampled_from([0, 1_500 * MILLISECOND_NS]), st.just(10**9)),
    report_latency=st.builds(Latency, st.just(0), st.sampled_from([0, 3 * 10**9])),
    participation_bp=st.sampled_from([1_000, 10_000]),
    default_size=st.sampled_from([0, 50 * SCALE]),
    slippage=st.builds(
        Slippage,
        kind=st.sampled_from(SlippageKind),
        ticks=st.just(2),
        rate=st.just(5 * SCALE),
        random_ticks=st.sampled_from([0, 3]),
    ),
    limit_fill=st.sampled_from(LimitFill),
    ioc_window_ns=st.sampled_from([0, 2 * 10**9]),
    seed=st.integers(0, 100),
    fees=st.just(Fees(per_share=500_000, rate=SCALE, minimum=SCALE)),
)
LIMITS = (
    RULES.limits,
    RiskLimits(
        each_user=UserLimits(
            limits=Limits(
                max_daily_loss=20 * SCALE,
                max_drawdown=30 * SCALE,
                max_drawdown_on_breach=OnBreach.HALT,
                self_trade=SelfTrade.CANCEL_RESTING,
            )
        )
    ),
    RiskLimits(
        each_user=UserLimits(
            limits=Limits(
                max_order_submit_rate=CountPerWindow(count=3, window_ns=5 * 10**9),
                repeated_execution_limit=CountPerWindow(count=3, window_ns=10 * 10**9),
                max_position=200 * SCALE,
            )
        )
    ),
)
USERS = st.sampled_from(["news", "other"])
SYMBOLS = st.sampled_from(["SPY", "IBM"])
PRICES = st.integers(98, 103).map(str)
MESSAGES = st.one_of(
    st.tuples(
        st.just("order"),
        SYMBOLS,
        st.sampled_from(Side),
        st.sampled_from(TimeInForce),
        st.none() | PRICES,
        st.integers(1, 1_100),
    ),
    st.tuples(st.just("cancel"), st.integers(0, 40)),
    st.tuples(st.just("replace"), st.integers(0, 40), PRICES, st.integers(1, 90)),
)
STEPS = st.one_of(
    st.tuples(st.just("tick"), SYMBOLS, PRICES, st.integers(0, 60)),
    st.tuples(st.just("messages"), USERS, st.lists(MESSAGES, min_size=1, max_size=3)),
    st.tuples(st.just("time"), st.integers(1, 3)),
    st.tuples(st.just("restart")),
    st.tuples(st.just("roll_over")),
    st.tuples(st.just("limits"), st.sampled_from(LIMITS)),
    st.tuples(st.just("state"), st.none() | USERS, st.sampled_from(StateEvent), st.booleans()),
)


class _Player:
    """Does steps on a recorded session; names of orders and requests are numbers."""

    def __init__(self, recorded: RecordedSession) -> None:
        self.recorded = recorded
        self.names = 0

    def name(self) -> str:
        """A name that was not used before."""
        self.names += 1
        return f"X{self.names}"

    def tick(self, symbol: str, price: str, size: int) -> None:
        """Publish a trade."""
        self.recorded.publish(*trades(symbol, price, size=size))

    def messages(self, user: str, messages: list[tuple[Any, ...]]) -> None:
        """Send messages in one pass."""
        made = [getattr(self, name)(*arguments) for name, *arguments in messages]
        self.recorded.send(*made, user=user)

    def order(
        self, symbol: str, side: Side, time_in_force: TimeInForce, limit: str | None, quantity: int
    ) -> Order:
        """Make an order."""
        return order(
            self.name(), quantity, limit, symbol=symbol, side=side, time_in_force=time_in_force
        )

    def cancel(self, number: int) -> OrderCancelRequest:
        """Make a cancel of what has that name, if anything has or will have it."""
        return OrderCancelRequest(cl_ord_id=self.name(), orig_cl_ord_id=f"X{number}")

    def replace(self, number: int, price: str, quantity: int) -> OrderCancelReplaceRequest:
        """Make a replace of what has that name."""
        name = self.name()
        return OrderCancelReplaceRequest(
            cl_ord_id=name,
            orig_cl_ord_id=f"X{min(number, self.names - 1)}",
            quantity=quantity * SCALE,
            price=int(price) * SCALE,
        )

    def time(self, seconds: int) -> None:
        """Let time pass."""
        self.recorded.pass_time(seconds)

    def restart(self) -> None:
        """Let another order manager go on."""
        self.recorded.restart()

    def roll_over(self) -> None:
        """Let the accounts go on in another order session."""
        self.recorded.roll_over()

    def limits(self, limits: RiskLimits) -> None:
        """Change the limits."""
        self.recorded.set_limits(limits)

    def state(self, user: str | None, event: StateEvent, cancels: bool) -> None:
        """Let an operator change a trading state; breaches happen by themselves."""
        if event not in BREACHES:
            self.recorded.set_state(
                StateAct(user=user, event=event, reason="test", uid=1, cancels=cancels)
            )


@settings(max_examples=60, deadline=None)
@given(model=MODELS, steps=st.lists(STEPS, min_size=10, max_size=60))
def test_any_session_is_what_follows_from_it(
    tmp_path_factory: pytest.TempPathFactory, model: ExecutionModel, steps: list[tuple[Any, ...]]
) -> None:
    """Whatever is traded under any model, and however often the order manager begins again."""
    with RecordedSession(tmp_path_factory.mktemp("any"), model) as recorded:
        recorded.publish(*trades("SPY", "100", "101"), *trades("IBM", "99"))
        player = _Player(recorded)
        for name, *arguments in steps:
            step: Callable[..., None] = getattr(player, name)
            step(*arguments)
        running = verify(recorded.log.path, *map(payloads_of, recorded.journals))
        recorded.end()
        ended = verify(recorded.log.path, *map(payloads_of, recorded.journals))

    assert running.unjournalled == ended.unjournalled == 0
    assert all(fold.account.state.is_ended for fold in ended.folds.values())
