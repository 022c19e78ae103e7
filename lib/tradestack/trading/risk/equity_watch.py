"""Equity of a scope through the day: the values that limits on loss and drawdown look at.

A loss counts only when `loss_confirm_ticks` valuations in a row show it, and a peak likewise: one
bad price neither stops trading nor leaves a peak that nothing reaches again.
"""

import msgspec


class EquityWatch(msgspec.Struct, kw_only=True):
    """Reference, peak and newest valuations, ×10⁻⁸."""

    reference_equity: int = 0
    peak_equity: int = 0
    newest: list[int] = []

    @property
    def equity(self) -> int:
        """Return the best of the newest valuations: the equity that is confirmed to be lost."""
        return max(self.newest, default=self.reference_equity)

    def value(self, equity: int, confirm_ticks: int) -> None:
        """Take a valuation, made on last trades that are not older than `max_price_age`."""
        self.newest = [*self.newest, equity][-confirm_ticks:]
        if len(self.newest) == confirm_ticks:
            self.peak_equity = max(self.peak_equity, min(self.newest))

    def begin_day(self) -> None:
        """Let losses count from the present equity on; the peak stays."""
        self.reference_equity = self.equity

    def reset(self, equity: int) -> None:
        """Let losses and drawdown count from this equity on, as a journalled act says."""
        self.reference_equity = self.peak_equity = equity
        self.newest = [equity]
