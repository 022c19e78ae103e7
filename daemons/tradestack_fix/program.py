"""What tradestack-fix is: its name, configuration, socket and service."""

from tradestack.configs.fix import FixConfig
from tradestack.runtime.program import Program
from tradestack_fix.metric_table import METRICS
from tradestack_fix.service import FIX, FixService

PROGRAM = Program(
    name="fix",
    description="Accept orders by FIX 4.4, in front of the order manager.",
    config_type=FixConfig,
    config_path="/etc/tradestack/fix.toml",
    build=FixService,
    addresses={FIX: "listen"},
    metrics=METRICS,
    examples=("--check-config", "--config fix.toml"),
)
