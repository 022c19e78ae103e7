"""A second strategy that orders many times a second: what follows happens while orders flow."""

from pathlib import Path

from tests.system.cases.harness import case, eventually, nothing_lost, sh, state, stats

CONFIG = Path("/etc/tradestack/strategy/dense.toml")
SERVICE = "tradestack-strategy@dense.service"
PARAMETERS = "[parameters]\nshort_ticks = 5\nlong_ticks = 20\n"


def orders_sent() -> int:
    """By the second strategy, since its process began."""
    strategy = stats()["strategies"]["dense"]
    return int(strategy["process"]["orders_sent"]) if strategy else 0


@case(essential=True)
def second_strategy_trades() -> None:
    """`add-strategy` makes an instance with user and password of its own; edited, it trades."""
    sh("tradestackctl", "add-strategy", "dense", "--no-start")
    config = CONFIG.read_text().replace('signal = "news"', 'signal = "crossover"')
    CONFIG.write_text(config[: config.index("[parameters]")] + PARAMETERS)
    sh("systemctl", "reload", "tradestack-gateway", "tradestack-order-manager")
    sh("systemctl", "enable", "--now", SERVICE)

    eventually(60, "a hundred orders", lambda: orders_sent() > 100)

    assert state(SERVICE) == "active"
    nothing_lost()
