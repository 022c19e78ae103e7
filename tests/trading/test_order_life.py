"""Any orders, requests and trades: what holds for every stream of reports, however it is made."""

from collections.abc import Sequence
from unittest.mock import patch

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.kit.tape import MemoryTape
from tests.trading.executed import MemoryOrderManager
from tests.trading.order_ledger import OrderLedger
from tradestack.domain.execution_report import Report
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import MassCancelRequestType, Order, OrdType, Side, TimeInForce
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
)
from tradestack.domain.trade import Trade
from tradestack.trading.account.interest import Interest
from tradestack.trading.execution.model import (
    ExecutionModel,
    Fees,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)

SECOND_NS = 1_000_000_000
FIRST_TIME_NS = -2 * SECOND_NS  # so that feed time passes 1970
STEPS = 60
SYMBOLS = ("IBM", "SPY")
MASS_CANCEL = 9

latencies = st.builds(Latency, st.sampled_from([0, SECOND_NS]), st.sampled_from([0, 2 * SECOND_NS]))
models = st.builds(
    ExecutionModel,
    entry_latency=latencies,
    report_latency=latencies,
    participation_bp=st.sampled_from([10_000, 3_333]),
    default_size=st.sampled_from([0, 5 * SCALE]),
    slippage=st.builds(
        Slippage, st.sampled_from(SlippageKind), ticks=st.just(2), random_ticks=st.integers(0, 2)
    ),
    limit_fill=st.sampled_from(LimitFill),
    ioc_window_ns=st.sampled_from([0, SECOND_NS]),
    seed=st.integers(0, 3),
    fees=st.builds(Fees, st.sampled_from([0, 7]), st.sampled_from([0, SCALE]), st.just(0)),
)
symbols = st.sampled_from((*SYMBOLS, "SPY", "SPY"))
sides = st.sampled_from(Side)
quantities = st.integers(1, 12).map(lambda whole: whole * SCALE)
prices = st.integers(99, 101).map(lambda whole: whole * SCALE)
limits = st.none() | prices | prices | prices
intervals = st.sampled_from([0, SECOND_NS // 2, SECOND_NS, 5 * SECOND_NS])
places = st.integers(0, MASS_CANCEL)


class OrderLife(RuleBasedStateMachine):
    """One account that is cut, restarted and checkpointed anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = OrderLedger()
        self.sent: list[Order | Request] = []
        self.names: list[str] = []
        self.taken = 0

    @initialize(model=models)
    def begin(self, model: ExecutionModel) -> None:
        """Begin with an empty tape."""
        self.model = model
        self.time_ns = FIRST_TIME_NS
        self.tape = MemoryTape()
        self.manager = MemoryOrderManager(self.tape, model)

    # ---- the feed ------------------------------------------------------------------------------

    @rule(symbol=symbols, price=prices, size=st.integers(0, 10), interval_ns=intervals)
    def trade(self, symbol: str, price: int, size: int, interval_ns: int) -> None:
        """Trade."""
        self.time_ns += interval_ns
        trade = Trade(self.tape.head + 1, symbol, self.time_ns, price, size * SCALE)
        self.tape.append(trade)

    @rule(price=prices, size=st.integers(0, 10), interval_ns=intervals)
    def trade_more(self, price: int, size: int, interval_ns: int) -> None:
        """Trade what most orders are in, so that many are filled."""
        self.trade("SPY", price, size, interval_ns)

    @rule(interval_ns=intervals)
    def news(self, interval_ns: int) -> None:
        """Publish news."""
        self.time_ns += interval_ns
        self.tape.append_news(1, self.time_ns)

    # ---- the client ----------------------------------------------------------------------------

    @rule(
        symbol=symbols,
        side=sides,
        quantity=quantities,
        limit=limits,
        time_in_force=st.sampled_from(TimeInForce),
    )
    def order(
        self, symbol: str, side: Side, quantity: int, limit: int | None, time_in_force: TimeInForce
    ) -> None:
        """Enter an order."""
        self._send(
            Order(
                cl_ord_id=self._new_cl_ord_id(),
                symbol=symbol,
                side=side,
                quantity=quantity,
                ord_type=OrdType.MARKET if limit is None else OrdType.LIMIT,
                time_in_force=time_in_force,
                price=limit,
                feed_session=self.tape.session_id,
            )
        )

    @rule(place=places, symbol=st.none() | symbols)
    def cancel(self, place: int, symbol: str | None) -> None:
        """Cancel by any name, or one that is not there, or everything or that of a symbol."""
        name, session = self._new_cl_ord_id(), self.tape.session_id
        if place == MASS_CANCEL:
            is_all = symbol is None
            kind = MassCancelRequestType.ALL if is_all else MassCancelRequestType.SYMBOL
            mass_cancel = OrderMassCancelRequest(
                cl_ord_id=name, request_type=kind, symbol=symbol, feed_session=session
            )
            self._send(mass_cancel)
            return
        orig = self._name(place)
        self._send(OrderCancelRequest(cl_ord_id=name, orig_cl_ord_id=orig, feed_session=session))

    @rule(place=places, quantity=quantities, limit=limits)
    def replace(self, place: int, quantity: int, limit: int | None) -> None:
        """Replace by any name, or one that is not there."""
        self._send(
            OrderCancelReplaceRequest(
                cl_ord_id=self._new_cl_ord_id(),
                orig_cl_ord_id=self._name(place),
                quantity=quantity,
                price=limit,
                feed_session=self.tape.session_id,
            )
        )

    @precondition(lambda self: self.sent)
    @rule(place=places)
    def repeat(self, place: int) -> None:
        """Send something again: nothing happens."""
        before = len(self.manager.journal.payloads)
        batch = self.manager.receive(self.sent[place % len(self.sent)])
        assert batch.duplicates == 1
        assert len(self.manager.journal.payloads) == before

    # ---- the order manager ---------------------------------------------------------------------

    @rule(what=st.sampled_from(["pass time", "pass time", "restart", "checkpoint"]))
    def go_on(self, what: str) -> None:
        """Follow the tape up to here, or make the account again, or journal its state."""
        match what:
            case "restart":
                self.manager.restart()
            case "checkpoint":
                self.manager.checkpoint()
            case _:
                self.manager.pass_time()

    # ---- what holds ------------------------------------------------------------------------------

    @invariant()
    def reports_are_possible(self) -> None:
        """Take what was reported; compare orders, positions and cash with the account."""
        if not hasattr(self, "manager"):
            return
        for report in self._new_reports():
            self.ledger.take(report)
        assert not self.ledger.answers or max(self.ledger.answers.values()) == 1
        account = self.manager.account
        if account is None:
            return
        orders = account.state.orders
        assert orders.keys() == self.ledger.working.keys()
        for number, told in self.ledger.working.items():
            kept = orders[number]
            assert (kept.quantity, kept.cum_quantity) == (told.quantity, told.cum_quantity)
            assert kept.notional == told.notional
        portfolio = account.state.portfolio
        for symbol in SYMBOLS:
            assert portfolio.position(symbol).quantity == self.ledger.positions[symbol]
        assert portfolio.cash == -self.ledger.paid - self.ledger.fees * SCALE

    def teardown(self) -> None:
        """End: each request has one answer, and a plain fold over the tape makes the same."""
        if not hasattr(self, "manager"):
            return
        self.manager.end()
        for report in self._new_reports():
            self.ledger.take(report)
        assert not self.ledger.working
        assert self.ledger.answers == dict.fromkeys((each.cl_ord_id for each in self.sent), 1)
        plain = self._folded_plainly()
        assert list(plain.stream()) == list(self.manager.stream())
        if plain.account is not None and self.manager.account is not None:
            assert plain.account.state.portfolio == self.manager.account.state.portfolio

    def _folded_plainly(self) -> MemoryOrderManager:
        """Fold the same requests, with the whole tape, and no message passed over."""
        plain = MemoryOrderManager(self.tape, self.model)
        with patch.object(Interest, "next_row", return_value=0):
            for message, cause in self.manager.placed():
                plain.receive(msgspec.structs.replace(message, feed_seq=cause))
            plain.end()
        return plain

    def _new_reports(self) -> Sequence[Report]:
        reports = self.manager.stream()[self.taken :]
        self.taken += len(reports)
        return reports

    def _new_cl_ord_id(self) -> str:
        return f"c{len(self.sent)}"

    def _name(self, place: int) -> str:
        """Return the name of an order or a replace, the newest first; of another one past these."""
        if place < len(self.names):
            return self.names[-1 - place]
        return self.sent[place % len(self.sent)].cl_ord_id if self.sent else "unknown"

    def _send(self, message: Order | Request) -> None:
        self.sent.append(message)
        if isinstance(message, Order | OrderCancelReplaceRequest):
            self.names.append(message.cl_ord_id)
        self.manager.receive(message)


def test_what_holds_for_every_stream_of_reports() -> None:
    """Quantities add up, each request has one answer, and no cut or restart shows in a report."""
    run_state_machine_as_test(
        OrderLife, settings=settings(stateful_step_count=STEPS, max_examples=200)
    )
