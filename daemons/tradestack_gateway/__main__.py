"""CSV or random walk → feed log and shared memory → subscribers: tradestack-gateway."""

from typing import NoReturn

from tradestack.runtime.listen_fds import CONTROL
from tradestack.runtime.program import run
from tradestack.runtime.service import Program, Tool
from tradestack_gateway.config import GatewayConfig
from tradestack_gateway.csv_check import check_csv
from tradestack_gateway.gateway import Gateway

PROGRAM = Program(
    name="gateway",
    description="Replays prices and news as a feed that nobody misses a message of.",
    config_type=GatewayConfig,
    config_path="/etc/tradestack/gateway.toml",
    build=Gateway,
    listen_fds=("feed", CONTROL),
    tools=(
        Tool(
            option="--check-csv",
            metavar="[prices:|sentiment:]FILE",
            description="check a price or sentiment file, say what would be refused, and end; "
            "column names are those of --config, where that is given",
            run=check_csv,
        ),
    ),
)


def main() -> NoReturn:
    """The console script."""
    run(PROGRAM)


if __name__ == "__main__":
    main()
