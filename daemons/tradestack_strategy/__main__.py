"""The program tradestack-strategy NAME."""

from typing import NoReturn

from tradestack.runtime.program import run
from tradestack.runtime.service import Program
from tradestack_strategy.config import StrategyConfig
from tradestack_strategy.service import build_service

PROGRAM = Program(
    name="strategy",
    description="Follows the gateway's feed and sends an order when its signal fires.",
    config_type=StrategyConfig,
    config_path="/etc/tradestack/strategy/{instance}.toml",
    build=build_service,
    instance=True,
)


def main() -> NoReturn:
    """The console script."""
    run(PROGRAM)


if __name__ == "__main__":
    main()
