"""Have a daemon read its configuration file again, and wait until it has applied it.

If the daemon refuses the file, it goes on as before, and this ends with status 78 and the reason.
`systemctl reload tradestack-gateway` runs this command. Keys that are marked with (restart) or
(next session) in the file apply only then; `tradestackctl status` names them.

examples:
  tradestackctl reload gateway
  tradestackctl reload news                  the strategy instance news
"""

import argparse

from tradestack.ctl.arguments import StoreDaemon
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import RunningDaemons
from tradestack.domain.faults import OperatorFault
from tradestack.net.control.server import DAEMON_INTERFACE
from tradestack.wire.varlink import VarlinkError

# Less than the 30 s after which systemd would end `systemctl reload` without a word.
DEADLINE_S = 20.0
CONFIG_REFUSED = f"{DAEMON_INTERFACE}.ConfigRefused"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the argument."""
    parser.add_argument(
        "daemon",
        action=StoreDaemon,
        metavar="DAEMON",
        help="gateway, order-manager, web or a strategy instance",
    )


def run(args: argparse.Namespace) -> int:
    """Reload the daemon; raise OperatorFault if it refuses, ControlFault if it does not answer."""
    try:
        with RunningDaemons.of(args).client(args.daemon, reply_deadline_s=DEADLINE_S) as daemon:
            daemon.call(f"{DAEMON_INTERFACE}.Reload")
    except VarlinkError as error:
        if error.name != CONFIG_REFUSED:
            raise
        raise OperatorFault(**error.parameters) from None
    return ExitStatus.DONE
