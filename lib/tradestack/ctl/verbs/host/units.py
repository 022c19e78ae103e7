"""Start, stop or restart a daemon of the installation, with its sockets.

NAME is gateway, order-manager, exporter, fix, grpc, web, all, or a strategy instance. stop also
closes the ports, so that no connection starts the daemon again; restart keeps them open, and
connections wait. start and restart return when the daemons are ready, and name those that are not;
stop returns when all of them have ended. A strategy that is stopped starts again with the others;
to prevent that: systemctl disable tradestack-strategy@NAME

examples:
  tradestackctl stop news                  stop this strategy instance
  tradestackctl stop gateway               stop the service and close its ports
  tradestackctl start all
  tradestackctl restart order-manager      restart the service; its ports stay open
"""

import argparse

from tradestack.ctl.arguments import StoreDaemon
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.starting import run_naming_failures
from tradestack.ctl.installation.strategy_name import strategy_name
from tradestack.ctl.installation.target import parts_of_target, wanted_by_target
from tradestack.ctl.running_daemons import EXPORTER, FIX, GATEWAY, GRPC, ORDER_MANAGER, WEB
from tradestack.ctl.strategies.instances import require_instance
from tradestack.runtime.supervisor.units import property_of_unit

ALL = "all"
_NO_INSTANCES = (ALL, EXPORTER, FIX, GATEWAY, GRPC, ORDER_MANAGER, WEB)


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
    """Start, stop or restart the units; raise OperatorFault, which names those that failed."""
    installation = Installation.of(args)
    if args.name not in _NO_INSTANCES:
        _require_instance(installation, args.name, args.verb)
    run_naming_failures(installation, args.verb, _units(installation, args.verb, args.name))
    return ExitStatus.DONE


def _units(installation: Installation, verb: str, name: str) -> tuple[str, ...]:
    if verb == "restart":
        return services_of(name)
    if name != ALL:
        return units_of(name)
    return wanted_by_target(installation) if verb == "start" else parts_of_target(installation)


def units_of(name: str) -> tuple[str, ...]:
    """Return the units of one daemon that `systemctl start` or `stop` has to name.

    A query would start a service whose control socket is still open; and sockets that are stopped
    by a separate command can still be in use when they are started again. Raises OperatorFault.
    """
    if name in (GATEWAY, ORDER_MANAGER, FIX):
        unit = f"tradestack-{name}"
        return (f"{unit}.service", f"{unit}.socket", f"{unit}-control.socket")
    if name in (EXPORTER, GRPC):
        return (f"tradestack-{name}.service", f"tradestack-{name}-control.socket")
    if name == WEB:
        sockets = ("web", "web-local", "web-control")
        return ("tradestack-web.service", *(f"tradestack-{each}.socket" for each in sockets))
    instance = strategy_name(name)
    return (
        f"tradestack-strategy@{instance}.service",
        f"tradestack-strategy-control@{instance}.socket",
    )


def services_of(name: str) -> tuple[str, ...]:
    """Return the services without their sockets; a pattern means those that run."""
    if name == ALL:
        return ("tradestack-*.service",)
    return units_of(name)[:1]


def _require_instance(installation: Installation, name: str, verb: str) -> None:
    """Raise OperatorFault for an instance that is not there; one that still runs can be stopped."""
    service, _ = units_of(name)
    state = property_of_unit(installation.systemctl, service, "ActiveState")
    if verb != "stop" or state in ("", "inactive"):
        require_directory(installation.config / "strategy", "--config-dir")
        require_instance(installation, name)
