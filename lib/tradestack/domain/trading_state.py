"""Whether orders are taken: the state that an operator or a limit sets."""

import enum


class TradingState(enum.StrEnum):
    """ACTIVE takes all orders, REDUCING those that reduce a position, HALTED none."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"
