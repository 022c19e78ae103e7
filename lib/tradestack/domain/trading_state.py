"""Whether orders are taken: the state that an operator or a limit sets, and why it was set."""

import enum

REASON_LENGTH_MAX = 200
REASON_RULE = f"1 to {REASON_LENGTH_MAX} printable characters on one line"


class TradingState(enum.StrEnum):
    """ACTIVE takes all orders, REDUCING those that reduce a position, HALTED none."""

    ACTIVE = "ACTIVE"
    REDUCING = "REDUCING"
    HALTED = "HALTED"


def is_reason(text: str) -> bool:
    """Return whether a text can be shown as a reason; an escape sequence could forge a line."""
    return 0 < len(text) <= REASON_LENGTH_MAX and text.isprintable() and not text.isspace()
