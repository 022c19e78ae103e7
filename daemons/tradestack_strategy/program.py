"""The declaration of tradestack-strategy: its name, configuration, sockets and service."""

from tradestack.configs.strategy import StrategyConfig
from tradestack.runtime.program import Program
from tradestack_strategy.metric_table import METRICS
from tradestack_strategy.service import build_service

PROGRAM = Program(
    name="strategy",
    description="Follow the gateway's feed and send an order when the signal fires.",
    config_type=StrategyConfig,
    config_path="/etc/tradestack/strategy/{instance}.toml",
    build=build_service,
    has_instances=True,
    metrics=METRICS,
    examples=("news", "news --check-config", "news --config news.toml"),
)
