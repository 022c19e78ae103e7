"""The verb new-session, with a real gateway."""

from tests.ctl.verbs.asking import Output
from tests.kit.stack import Stack


def test_new_session_prints_the_id_of_the_new_session(stack: Stack, capsys: Output) -> None:
    """The id printed is the one that the daemon reports afterwards, and it is new."""
    before = stack.daemons.report()
    stack.ctl("new-session")
    stack.ctl("new-session", "orders")

    feed, orders = capsys.readouterr().out.split()
    after = stack.daemons.report()
    assert before.gateway is not None
    assert after.gateway is not None
    assert after.order_manager is not None
    assert before.gateway["session"] != feed == after.gateway["session"]
    assert after.order_manager["session"] == orders
