"""tradestack-strategy NAME: feed and books → signal → orders."""

from typing import NoReturn

from tradestack.runtime.program import run
from tradestack.runtime.service import Program
from tradestack_strategy.config import StrategyConfig
from tradestack_strategy.strategy import build_strategy

PROGRAM = Program(
    name="strategy",
    description="Follows the gateway's feed and sends an order when its signal fires.",
    config_type=StrategyConfig,
    config_path="/etc/tradestack/strategy/{instance}.toml",
    build=build_strategy,
    instance=True,
)


def main() -> NoReturn:
    """The console script."""
    run(PROGRAM)


if __name__ == "__main__":
    main()
