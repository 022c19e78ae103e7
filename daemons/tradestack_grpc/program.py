"""The declaration of tradestack-grpc: its name, configuration and service.

This can be imported without grpcio and protobuf, for --help and the manual.
"""

import importlib.util

from tradestack.configs.grpc import GrpcConfig
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.program import Program
from tradestack.runtime.service import Context, Service
from tradestack.store.python_package import installation_of
from tradestack_grpc.metric_table import METRICS

PACKAGES = ("grpc", "google", "google.protobuf")


def build(context: Context[GrpcConfig]) -> Service[GrpcConfig]:
    """Build the service. Raises OperatorFault."""
    if not all(map(importlib.util.find_spec, PACKAGES)):  # in this order: one is in another
        command = installation_of("grpcio>=1.85", "protobuf>=7.35.1,<8")
        remedy = f"run install.sh without --without-grpc, or {command}"
        raise OperatorFault("grpcio, protobuf", "not installed", remedy)
    from tradestack_grpc.service import GrpcEdge

    return GrpcEdge(context)


PROGRAM = Program(
    name="grpc",
    description="Serve feed and order entry by gRPC, to clients in other languages.",
    config_type=GrpcConfig,
    config_path="/etc/tradestack/grpc.toml",
    build=build,
    metrics=METRICS,
    examples=("--check-config", "--config grpc.toml"),
)
