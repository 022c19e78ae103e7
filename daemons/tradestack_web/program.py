"""What tradestack-web is: its name, configuration, sockets and service."""

from tradestack.configs.web import WebConfig
from tradestack.runtime.program import Program
from tradestack_web.metric_table import METRICS
from tradestack_web.service import LOCAL, PAGE, WebService

PROGRAM = Program(
    name="web",
    description="Show a stack to browsers: what it does now, each order, each strategy, reports.",
    config_type=WebConfig,
    config_path="/etc/tradestack/web.toml",
    build=WebService,
    addresses={PAGE: "listen"},
    paths={LOCAL: "page_socket"},
    metrics=METRICS,
    examples=("--check-config", "--config web.toml"),
)
