"""What the order journal holds of accounts as it is: checkpoints, limits, execution models."""

from collections.abc import Sequence

import msgspec

from tests.fuzz.target import Target
from tests.fuzz.targets.orders import HEADER, NOW_NS
from tests.kit.tape import MemoryTape
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdStatus, OrdType, Side, TimeInForce
from tradestack.domain.trade import Trade
from tradestack.trading.account.account_state import AccountState, RequestKind, UnderWay
from tradestack.trading.account.checkpoint import decode_checkpoint, encode_checkpoint
from tradestack.trading.account.risk_state import OwedCancels
from tradestack.trading.execution.matching import match_trade
from tradestack.trading.execution.model import (
    ExecutionModel,
    Fees,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)
from tradestack.trading.execution.slippage import Market
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.limits import CountPerWindow, Limits, RiskLimits, SelfTrade, UserLimits
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.account_records import RAW_BYTES_MAX, LimitsRecord
from tradestack.wire.journal.raw_values import decode_raw

TRADE = Trade(1, "SPY", NOW_NS, 168 * SCALE, 400 * SCALE)


def an_order() -> WorkingOrder:
    """A MARKET order that TRADE can fill."""
    return WorkingOrder(
        order_id=12,
        cl_ord_id="news-1",
        symbol="SPY",
        side=Side.BUY,
        quantity=10 * SCALE,
        ord_type=OrdType.MARKET,
        time_in_force=TimeInForce.IOC,
        price=None,
        cause=0,
        cause_index=0,
        arrival_ns=NOW_NS,
    )


def checkpoint(data: bytes) -> None:
    """Check that the parts, one a line, are a state whose checkpoint is it, or a ValueError."""
    try:
        state = decode_checkpoint(data.split(b"\n"))
    except ValueError:
        return
    parts = encode_checkpoint(state)
    assert max(map(len, parts)) <= RAW_BYTES_MAX
    assert decode_checkpoint(parts) == state


def journal_limits(data: bytes) -> None:
    """Check that limits encode to the same, under the same hash, or that replay refuses them.

    Whatever they are, an order of any user in any symbol has limits.
    """
    state = SessionState(HEADER)
    record = LimitsRecord(time_ns=NOW_NS, hash="c0ffee", limits=msgspec.Raw(data))
    try:
        state.add_act(record, 0)
    except ValueError:
        assert not state.limits
        return
    limits = state.limits_of("c0ffee")
    again = decode_raw(msgspec.json.encode(limits), RiskLimits)
    assert again == limits
    assert again.hash == limits.hash
    for user in ("news", *limits.users):
        assert limits.scopes(user, "SPY")


def execution_model(data: bytes) -> None:
    """Check that a model encodes to itself and fills no more than it allows, or is a ValueError."""
    try:
        model = decode_raw(data, ExecutionModel)
    except ValueError:
        return
    assert decode_raw(msgspec.json.encode(model), ExecutionModel) == model
    order = an_order()
    filled = match_trade(TRADE, [order], Market(model, "news", MemoryTape([TRADE]))).fills
    quantity = min(order.quantity, model.capacity(TRADE.size))
    assert [fill.quantity for fill in filled] == [quantity] * (quantity > 0)
    assert all(fill.price >= TRADE.price for fill in filled)


def a_state() -> AccountState:
    """A state that has something of everything."""
    state = AccountState(matched_through=812, progress=812, is_registered=True)
    state.orders = {12: an_order(), 13: msgspec.structs.replace(an_order(), order_id=13)}
    state.under_way = [
        UnderWay(arrival_ns=NOW_NS, cause=812, order_id=13),
        UnderWay(
            arrival_ns=NOW_NS,
            cause=812,
            kind=RequestKind.REPLACE,
            cl_ord_id="r-1",
            orig_cl_ord_id="news-1",
            quantity=SCALE,
        ),
    ]
    state.done = {"news-0": (11, OrdStatus.FILLED)}
    state.portfolio.apply_fill("SPY", Side.BUY, SCALE, 168 * SCALE, fee=5, mark=168 * SCALE)
    state.risk.counts_of("SPY").orders = 3
    state.risk.activity_of("user news").submissions.add(NOW_NS, CountPerWindow(count=3))
    state.risk.owed = OwedCancels(cancels_all=True, text="TRADING_HALTED: operator")
    return state


RISK_LIMITS = RiskLimits(
    total=Limits(max_gross_notional=10**6 * SCALE, self_trade=SelfTrade.CANCEL_RESTING),
    symbols={"SPY": Limits(allowed_symbols=("SPY",), price_increment=SCALE // 100)},
    users={
        "news": UserLimits(
            limits=Limits(max_order_submit_rate=CountPerWindow(count=10, window_ns=10**9)),
            symbols={"SPY": Limits(max_position=100 * SCALE)},
        )
    },
)
MODELS = (
    ExecutionModel(),
    ExecutionModel(
        entry_latency=Latency(1_000_000, 500),
        participation_bp=2_500,
        slippage=Slippage(SlippageKind.SQUARE_ROOT, SCALE // 100, rate=SCALE, random_ticks=3),
        limit_fill=LimitFill.QUEUE,
        ioc_window_ns=10**9,
        seed=7,
        fees=Fees(per_share=5, rate=SCALE, minimum=SCALE),
    ),
)
CHECKPOINT_PARTS = [*encode_checkpoint(a_state()), b'{"orders":{},"marks":{"SPY":1}}']
LIMITS = [msgspec.json.encode(limits) for limits in (RiskLimits(), RISK_LIMITS)]
ENCODED_MODELS = [msgspec.json.encode(model) for model in MODELS]
NESTED = b'{"x":' + b"[" * 1_500


def _checkpoint_seeds() -> Sequence[bytes]:
    return [CHECKPOINT_PARTS[0], b"\n".join(CHECKPOINT_PARTS), b"{}\n" + NESTED, NESTED]


TARGETS = (
    Target("checkpoint", checkpoint, _checkpoint_seeds),
    Target("journal_limits", journal_limits, lambda: [*LIMITS, NESTED]),
    Target("execution_model", execution_model, lambda: [*ENCODED_MODELS, NESTED], length_max=2_048),
)
