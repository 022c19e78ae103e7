"""The declaration of tradestack-gateway: its name, configuration, sockets and service."""

from tradestack.configs.gateway import GatewayConfig
from tradestack.net.server.metric_table import METRICS as SERVER_METRICS
from tradestack.runtime.program import Program, Tool
from tradestack.sources.csv.options import OPTIONS
from tradestack_gateway.gateway import Gateway
from tradestack_gateway.metric_table import METRICS
from tradestack_gateway.sources.csv_check import check_csv

PROGRAM = Program(
    name="gateway",
    description="Replay prices and news as a gap-free, resumable feed.",
    config_type=GatewayConfig,
    config_path="/etc/tradestack/gateway.toml",
    build=Gateway,
    addresses={"feed": "listen"},
    metrics=METRICS + SERVER_METRICS,
    tools=(
        Tool(
            option="--check-csv",
            metavar="[prices:|sentiment:]FILE",
            description="check a file, or a directory or pattern of files, show what would be "
            "refused, and exit; [columns] and [format] are those of --config, if it is given",
            run=check_csv,
            details={name: (option.metavar, option.help) for name, option in OPTIONS.items()},
        ),
    ),
    examples=("--check-config", "--check-csv prices.csv.gz", "--config gateway.toml"),
)
