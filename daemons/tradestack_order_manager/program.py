"""The declaration of tradestack-order-manager: its name, configuration, sockets and service."""

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.net.server.metric_table import METRICS as SERVER_METRICS
from tradestack.runtime.program import Program
from tradestack_order_manager.metric_table import METRICS
from tradestack_order_manager.replication.member import build

PROGRAM = Program(
    name="order-manager",
    description="Take orders over TCP, check them, journal them and send their reports.",
    config_type=OrderManagerConfig,
    config_path="/etc/tradestack/order-manager.toml",
    build=build,
    addresses={"orders": "listen"},
    metrics=METRICS + SERVER_METRICS,
    examples=("--check-config", "--config order-manager.toml --log-level debug"),
)
