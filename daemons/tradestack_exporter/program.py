"""The declaration of tradestack-exporter: its name, configuration and service."""

from tradestack.configs.exporter import ExporterConfig
from tradestack.runtime.program import Program
from tradestack_exporter.metric_table import METRICS
from tradestack_exporter.service import Exporter

PROGRAM = Program(
    name="exporter",
    description="Copy a gateway's feed to NATS JetStream, whole packets in one stream a session.",
    config_type=ExporterConfig,
    config_path="/etc/tradestack/exporter.toml",
    build=Exporter,
    metrics=METRICS,
    examples=("--check-config", "--config exporter.toml"),
)
