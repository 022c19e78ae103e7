"""The checks that an order was asked: what each measured, and its limit."""

from dataclasses import dataclass

from tradestack.trading.account.account import Account
from tradestack.trading.orders.place import Place
from tradestack.trading.risk.judge_risk import ReadingAt, spans_accounts
from tradestack.wire.journal.order_journal import OrderRecord


@dataclass(frozen=True, slots=True)
class AskedCheck:
    """One check at one scope.

    name: its config key, or the code of one that is not configured. scope: as in the Text of a
    rejection. value, limit: as people read them.
    """

    name: str
    scope: str
    value: str
    limit: str
    is_passed: bool

    @classmethod
    def of(cls, found: ReadingAt) -> "AskedCheck":
        """Return what was measured."""
        check, look, reading = found
        return cls(
            name=check.key or str(check.code),
            scope=look.scope.text,
            value=reading.value_text,
            limit=reading.limit_text,
            is_passed=reading.excess <= 0,
        )

    def __str__(self) -> str:
        """Return it in the words of a rejection's Text."""
        broken = "" if self.is_passed else ", broken"
        return f"{self.name}: value={self.value}, limit={self.limit}, scope={self.scope}{broken}"


@dataclass(frozen=True, slots=True)
class AskedChecks:
    """All that can be asked again; is_all: no limit counts what other users do."""

    asked: tuple[AskedCheck, ...] = ()
    is_all: bool = True


def asked_checks(record: OrderRecord, account: Account, place: Place) -> AskedChecks:
    """Return the checks of an order; the account is as it was before."""
    if account.state.is_ended:  # nothing is asked then
        return AskedChecks()
    order, risk = record.order, account.risk
    readings = risk.explain(order, place, record.time_ns)
    return AskedChecks(
        tuple(map(AskedCheck.of, readings)),
        is_all=not spans_accounts(risk.limits, account.user, order.symbol),
    )
