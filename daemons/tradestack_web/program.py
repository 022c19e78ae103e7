"""The declaration of tradestack-web: its name, configuration, sockets and service.

This can be imported without starlette and uvicorn, for --help and the manual.
"""

import importlib.util

from tradestack.configs.web import WebConfig
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.program import Program
from tradestack.runtime.service import Context, Service
from tradestack.store.python_package import installation_of
from tradestack_web.metric_table import METRICS
from tradestack_web.sockets import LOCAL, PAGE

PACKAGES = ("starlette", "uvicorn")


def build(context: Context[WebConfig]) -> Service[WebConfig]:
    """Build the service. Raises OperatorFault."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        remedy = f"run install.sh without --without-web, or {installation_of(*missing)}"
        raise OperatorFault(", ".join(missing), "not installed", remedy)
    from tradestack_web.service import WebService

    return WebService(context)


PROGRAM = Program(
    name="web",
    description="Show a stack to browsers: what it does now, each order, each strategy, reports.",
    config_type=WebConfig,
    config_path="/etc/tradestack/web.toml",
    build=build,
    addresses={PAGE: "listen"},
    paths={LOCAL: "page_socket"},
    metrics=METRICS,
    examples=("--check-config", "--config web.toml"),
)
