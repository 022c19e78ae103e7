"""CHECKS → the table in documents."""

from tradestack.trading.risk.check import Check
from tradestack.trading.risk.checks import CHECKS
from tradestack.trading.risk.codes import Code

_HEADINGS = ("key", "code", "OrdRejReason", "reducing orders exempt", "working orders count",
             "judged", "meaning")  # fmt: skip


def check_table() -> str:
    """Return the checks as a table in Markdown, in the order in which they are asked."""
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *(_cells(check) for check in CHECKS)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)


def _cells(check: Check) -> tuple[str, ...]:
    codes = [check.code]
    if check.needs_price and check.code is not Code.PRICE_UNAVAILABLE:
        codes.append(Code.PRICE_UNAVAILABLE)
    return (
        f"`{check.key}`" if check.key else "",
        ", ".join(f"`{code}`" for code in codes),
        f"`{check.reason}`",
        check.reducing.value,
        "at worst case" if check.counts_working else "",
        check.judged.value,
        check.text,
    )
