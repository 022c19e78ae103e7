"""A ClOrdID names one order or request: the same again does nothing, another one is refused.

Each case is tried at once, after a lost connection, and after the order manager was killed.
"""

from collections.abc import Callable

import pytest

from tests.kit.order_manager import USER
from tests.kit.tape_order_manager import TapeOrderManager
from tests.orders_life.desk import Desk
from tests.orders_life.notation import steps_of

BEFORE = """
    D F 100     | N/n F 100:0:100
    trade 100   | T/f F 100:100:0 +100
    D W 100     | N/n W 100:0:100
"""
INTERRUPTIONS: dict[str, Callable[[Desk], None]] = {
    "at once": lambda desk: None,
    "after a lost connection": Desk.reconnect,
    "after a kill": Desk.restart,
}
# What is sent once more, and its answers the first time; W works before, and F is filled.
KINDS = {
    "an order": ("D X 100", ["N/n X 100:0:100"]),
    "a refused order": ("D X 1000000000", ["J/j X 1000000000 #3"]),
    "a cancel": ("F X W", ["C/c X<W 100:0:0"]),
    "a cancel that is too late": ("F X F", ["CR X<F f #0"]),
    "a cancel of no order": ("F X NONE", ["CR X<NONE j #1"]),
    "a replace": ("G X W 120", ["R/n X<W 120:0:120"]),
    "a replace that is too late": ("G X F 120", ["CR X<F f #0"]),
    "a replace that is refused": ("G X W 100 MARKET", ["CR X<W n #99"]),
    "a mass cancel": ("Q X", ["C/c W 100:0:0", "MC X 1"]),
    "a mass cancel of nothing": ("Q X NONE", ["MC X 0"]),
}
# Name that is used already → what is sent under it, and what answers that.
OTHERS = {
    "an order under an order's": ("D W 50", "J/n W 120:0:120 #6"),
    "an order under that of a filled order": ("D F 50", "J/f F 100:100:0 #6"),
    "an order under a cancel's": ("D C 50", "J/j C 50 #6"),
    "an order under a replace's": ("D R 50", "J/n R 120:0:120 #6"),
    "an order under a mass cancel's": ("D M 50", "J/j M 50 #6"),
    "a cancel under an order's": ("F W R", "CR W<R n #6"),
    "a cancel under a cancel's": ("F C R", "CR C<R n #6"),
    "a cancel under a replace's": ("F R R", "CR R<R n #6"),
    "a cancel under a mass cancel's": ("F M F", "CR M<F f #6"),
    "a replace under an order's": ("G W R 10", "CR W<R n #6"),
    "a replace under a cancel's": ("G C R 10", "CR C<R n #6"),
    "a replace under a replace's": ("G R R 10", "CR R<R n #6"),
    "a replace under a mass cancel's": ("G M NONE 10", "CR M<NONE j #6"),
    "a mass cancel under an order's": ("Q W", "J/j W #6"),
    "a mass cancel under a cancel's": ("Q C", "J/j C #6"),
    "a mass cancel under a replace's": ("Q R", "J/j R #6"),
    "a mass cancel under a mass cancel's": ("Q M", "J/j M #6"),
}


def begin(manager: TapeOrderManager) -> Desk:
    """Start, and trade: an order that is filled, and one that works."""
    feed = manager.feed()
    manager.start()
    desk = Desk(manager, USER, feed)
    steps = steps_of(BEFORE)
    assert desk.play(steps) == steps
    return desk


@pytest.mark.parametrize("interrupt", INTERRUPTIONS.values(), ids=INTERRUPTIONS)
@pytest.mark.parametrize(("action", "reports"), KINDS.values(), ids=KINDS)
def test_the_same_again_has_no_second_answer(
    manager: TapeOrderManager,
    action: str,
    reports: list[str],
    interrupt: Callable[[Desk], None],
) -> None:
    """Nor has it another effect."""
    desk = begin(manager)
    desk.act(action)
    assert desk.read(len(reports)) == reports

    interrupt(desk)
    desk.act(action)

    assert desk.last_steps() == []


def test_the_same_of_each_kind_before_any_order(manager: TapeOrderManager) -> None:
    """Requests that no account takes are answered once as well."""
    feed = manager.feed()
    manager.start()
    desk = Desk(manager, USER, feed)
    for action in ("F A X", "G B X 10", "Q C"):
        desk.act(action)
    reports = ["CR A<X j #1", "CR B<X j #1", "MC C 0"]
    assert desk.read(3) == reports

    for interrupt in INTERRUPTIONS.values():
        interrupt(desk)
        for action in ("F A X", "G B X 10", "Q C"):
            desk.act(action)

    assert desk.last_steps() == []


def test_each_kind_after_the_end_of_the_feed_session(manager: TapeOrderManager) -> None:
    """What is sent then is refused by the state that the order has ended in, and once."""
    desk = begin(manager)
    desk.act("end")
    assert desk.read(1) == ["X/x W 100:0:0"]
    actions = ("F A W", "G B F 120", "F C NONE", "Q D", "D E 10")
    answers = ["CR A<W x #0", "CR B<F f #0", "CR C<NONE j #1", "MC D 0", "J/j E 10 #2"]
    for action in actions:
        desk.act(action)
    assert desk.read(5) == answers

    for interrupt in INTERRUPTIONS.values():
        interrupt(desk)
        for action in actions:
            desk.act(action)

    assert desk.last_steps() == []


@pytest.mark.parametrize("interrupt", INTERRUPTIONS.values(), ids=INTERRUPTIONS)
def test_another_one_under_a_used_name_is_refused(
    manager: TapeOrderManager, interrupt: Callable[[Desk], None]
) -> None:
    """The answer tells the state of the order that has the name, or that the request is about.

    W is replaced by R, a cancel C and a mass cancel M have come; nothing of it is changed.
    """
    desk = begin(manager)
    for action in ("F C NONE", "G R W 120", "Q M NONE"):
        desk.act(action)
    assert desk.read(3) == ["CR C<NONE j #1", "R/n R<W 120:0:120", "MC M 0"]
    interrupt(desk)

    answers = {}
    for name, (action, _) in OTHERS.items():
        desk.act(action)
        (answers[name],) = desk.read(1)

    desk.act("F END R")
    assert desk.read(1) == ["C/c END<R 120:0:0"]
    assert answers == {name: answer for name, (_, answer) in OTHERS.items()}
