"""What is known of the orders of one batch while it is judged."""

from typing import Any

from tests.daemons.tradestack_order_manager.samples import a_header, a_message, an_order
from tests.trading.judged import MemoryJournal, judge_all
from tradestack.domain.order import ExecType, Side
from tradestack.trading.judging.batch_reports import BatchReports
from tradestack.trading.judging.decisions import Judged
from tradestack.trading.session.session_state import SessionState

USER = a_message(an_order()).sender.user


class Counted(list[Judged]):
    """Decisions, and how many of them were looked at."""

    looked_at = 0

    def __getitem__(self, rows: Any) -> Any:
        found = super().__getitem__(rows)
        self.looked_at += len(found) if isinstance(rows, slice) else 1
        return found


def judged_orders(*names: str) -> list[Judged]:
    """Judge orders of these names together; the side differs from one to the next."""
    sides = [Side.BUY, Side.SELL]
    messages = [
        a_message(an_order(cl_ord_id=name, side=sides[number % 2]))
        for number, name in enumerate(names)
    ]
    return judge_all(SessionState(a_header()), MemoryJournal(), messages).judged


def test_an_order_has_the_name_that_it_had_first() -> None:
    """Another one of that name was refused, and is found by its number alone."""
    reports = BatchReports(judged_orders("a", "a", "b"))

    numbers = {name: reports.order_id(USER, name) for name in ("a", "b", "c")}

    assert numbers == {"a": 1, "b": 3, "c": None}
    assert reports.order_id("other", "a") is None
    newest = [reports.newest_on(number) for number in (1, 2, 3, 4)]
    assert [each and each.exec_type for each in newest] == [
        ExecType.NEW,
        ExecType.REJECTED,
        ExecType.NEW,
        None,
    ]


def test_each_decision_is_looked_at_once() -> None:
    """However many messages of the batch ask: a thousand cancels are no million steps."""
    judged = judged_orders("a", "b", "c", "d")
    growing = Counted()
    reports = BatchReports(growing)

    for decision in judged:
        growing.append(decision)
        for name in ("a", "d", "unknown"):
            reports.order_id(USER, name)

    assert reports.order_id(USER, "d") == 4
    assert growing.looked_at == len(judged)
