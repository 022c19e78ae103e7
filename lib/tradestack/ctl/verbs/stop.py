"""Stops a daemon, together with its sockets, so that no connection revives it.

NAME is gateway, order-manager, all, or a strategy instance. A stopped strategy stays enabled: it
comes back with tradestack.target; `systemctl disable tradestack-strategy@NAME` ends that.

examples:
  tradestackctl stop news                  that strategy
  tradestackctl stop gateway               service and ports: clients are refused until it is back
  tradestackctl stop all
  systemctl start tradestack.target        everything again
"""

import argparse

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.places import add_arguments as add_place_arguments
from tradestack.ctl.places import chosen_places
from tradestack.ctl.strategy_name import strategy_name
from tradestack.ctl.up.running_daemons import GATEWAY, ORDER_MANAGER

ALL = "all"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the argument."""
    parser.add_argument("name", metavar="NAME", help="gateway, order-manager, all, or a strategy")
    add_place_arguments(parser)


def run(args: argparse.Namespace) -> int:
    chosen_places(args).tell_systemd("stop", *units_of(args.name))
    return ExitStatus.DONE


def units_of(name: str) -> tuple[str, ...]:
    """What one `systemctl stop` must name. Raises OperatorFault for what no daemon is called.

    A service stopped without its sockets is started by the next connection; sockets that are
    stopped in another command are busy at the next start.
    """
    if name == ALL:
        return ("tradestack.target",)  # every unit is PartOf= it
    if name in (GATEWAY, ORDER_MANAGER):
        unit = f"tradestack-{name}"
        return (f"{unit}.service", f"{unit}.socket", f"{unit}-control.socket")
    return (f"tradestack-strategy@{strategy_name(name)}.service",)
