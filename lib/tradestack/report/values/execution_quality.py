"""Execution quality: the cost of trading, compared with the prices at the decisions.

s is +1 for BUY and −1 for SELL, so that a cost is above 0 and a gain below. Prices are last trades,
as the feed has no quotes: P_d at the decision (FeedSeq), P_a when the order arrived at the market,
P_f of the fills, weighted by quantity, P_end the last of the feed session. A basis point is 10⁻⁴.
"""

import msgspec

from tradestack.report.values.percentiles import Percentiles
from tradestack.report.values.units import Duration, Fixed


class Shortfall(msgspec.Struct, frozen=True, kw_only=True):
    """The implementation shortfall (Perold 1988), in money; the four add up to `total`.

    delay: Σ s·q_f·(P_a − P_d). execution: Σ s·q_f·(P_f − P_a). opportunity: Σ s·q_unfilled·
    (P_end − P_d). fees: as charged. decided: Σ Q·P_d, what `total_bp` is a share of.
    """

    delay: Fixed
    execution: Fixed
    opportunity: Fixed
    fees: Fixed
    total: Fixed
    decided: Fixed
    total_bp: float | None


class Markout(msgspec.Struct, frozen=True, kw_only=True):
    """s·(P(t+τ) − P_f)/P_f, weighted by the value of the fills: above 0 is good for us.

    horizon_ns: τ in feed time; P(t+τ): the last trade up to there. fills: how many are counted:
    those after which the tape goes on for that time. basis_points: None if there are none.
    adverse: the share of these fills with a markout below 0.
    """

    horizon_ns: Duration
    fills: int
    basis_points: float | None
    adverse: float | None


class ExecutionQuality(msgspec.Struct, frozen=True, kw_only=True):
    """The execution of a group of accepted orders that the feed executes.

    user, symbol: the group; None: all. orders: accepted with a decision price; orders without one
    are only counted, in orders_without_price. orders_filled: those that were filled to the end.
    fill_ratio: quantity filled ÷ ordered, by value at P_d. arrival_slippage_bp: Σ s·q_f·(P_f − P_a)
    ÷ Σ q_f·P_a. vwap_slippage_bp: the same against the VWAP of the symbol's trades from the arrival
    to the order's last fill. participation: what was filled ÷ the volume of these trades.
    time_to_fill: from the arrival at the market to the last fill of each order that was filled, in
    feed time. All None where nothing was filled.
    """

    user: str | None
    symbol: str | None
    orders: int
    orders_without_price: int
    orders_filled: int
    fills: int
    fill_ratio: float | None
    arrival_slippage_bp: float | None
    vwap_slippage_bp: float | None
    participation: float | None
    time_to_fill: Percentiles | None
    shortfall: Shortfall
    markouts: tuple[Markout, ...]
