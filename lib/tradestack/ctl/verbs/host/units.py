"""Start, stop or restart a daemon of the installation, with its sockets.

NAME is gateway, order-manager, exporter, fix, grpc, web, all, or a strategy instance. stop also
closes the ports, so that no connection starts the daemon again; restart keeps them open, and
connections wait. A strategy that is stopped starts again with the others; to prevent that:
systemctl disable tradestack-strategy@NAME

examples:
  tradestackctl stop news                  stop this strategy instance
  tradestackctl stop gateway               stop the service and close its ports
  tradestackctl start all
  tradestackctl restart order-manager      restart the service; its ports stay open
"""

import argparse

from tradestack.ctl.arguments import StoreDaemon
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.strategy_name import strategy_name
from tradestack.ctl.running_daemons import EXPORTER, FIX, GATEWAY, GRPC, ORDER_MANAGER, WEB

ALL = "all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "name",
        action=StoreDaemon,
        metavar="NAME",
        help="gateway, order-manager, exporter, fix, grpc, web, all, or a strategy instance",
    )
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Start, stop or restart the units."""
    units = services_of(args.name) if args.verb == "restart" else units_of(args.name)
    Installation.of(args).run_systemctl(args.verb, *units)
    return ExitStatus.DONE


def units_of(name: str) -> tuple[str, ...]:
    """Return the units that one `systemctl start` or `stop` has to name; raise OperatorFault.

    A query would start a service whose control socket is still open; and sockets that are stopped
    by a separate command can still be in use when they are started again.
    """
    if name == ALL:
        return ("tradestack.target",)  # every unit is PartOf= it
    if name in (GATEWAY, ORDER_MANAGER, FIX):
        unit = f"tradestack-{name}"
        return (f"{unit}.service", f"{unit}.socket", f"{unit}-control.socket")
    if name in (EXPORTER, GRPC):
        return (f"tradestack-{name}.service", f"tradestack-{name}-control.socket")
    if name == WEB:
        sockets = ("web", "web-local", "web-control")
        return ("tradestack-web.service", *(f"tradestack-{each}.socket" for each in sockets))
    return (f"tradestack-strategy@{strategy_name(name)}.service",)


def services_of(name: str) -> tuple[str, ...]:
    """Return the services without their sockets; a pattern means those that run."""
    if name == ALL:
        return ("tradestack-*.service",)
    return units_of(name)[:1]
