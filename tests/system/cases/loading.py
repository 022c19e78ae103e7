"""A second strategy that sends many orders per second, as load for the cases that follow."""

from pathlib import Path

from tests.system.cases.harness import case, eventually, nothing_lost, sh, state, stats

CONFIG = Path("/etc/tradestack/strategy/dense.toml")
SERVICE = "tradestack-strategy@dense.service"
PARAMETERS = "[parameters]\nshort_ticks = 5\nlong_ticks = 20\n"


def orders_sent() -> int:
    """Count the orders that the second strategy's process has sent."""
    strategy = stats()["strategies"]["dense"]
    return int(strategy["process"]["orders_sent"]) if strategy else 0


@case(essential=True)
def second_strategy_trades() -> None:
    """An instance that `add-strategy` creates can log in and trades after an edit."""
    sh("tradestackctl", "add-strategy", "dense", "--no-start")
    config = CONFIG.read_text().replace("news:News", "crossover:Crossover")
    CONFIG.write_text(config[: config.index("[parameters]")] + PARAMETERS)
    sh("systemctl", "reload", "tradestack-gateway", "tradestack-order-manager")
    sh("systemctl", "enable", "--now", SERVICE)

    eventually(60, "a hundred orders", lambda: orders_sent() > 100)

    assert state(SERVICE) == "active"
    nothing_lost()
