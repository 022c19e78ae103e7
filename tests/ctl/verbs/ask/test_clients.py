"""The verb clients, with real daemons."""

from tests.ctl.verbs.asking import Output
from tests.kit.stack import Stack


def test_clients_lists_the_strategy_on_both_servers(stack: Stack, capsys: Output) -> None:
    """The strategy is logged in to the gateway and to the order manager."""
    for report in stack.daemons.watch():  # it may just be changing to a new session
        strategy = report.strategies["news"]
        if strategy and strategy["connected_feed"] and strategy["connected_orders"]:
            break

    stack.ctl("clients")

    _, *lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[:2] for line in lines) == [
        ["gateway", "news"],
        ["order-manager", "news"],
    ]
