"""Show which host takes the orders, or make this host the one that does.

For an order journal on several hosts (durability = "replicated"; man tradestack-replication).
The order manager of this host is asked, through its control socket.

status    which host is the primary, and how far this one has followed
takeover  make this one the primary. One that still runs on another host stops by itself within a
          second. Nothing that was acknowledged is lost, and nothing is executed twice.

examples:
  tradestackctl ha status
  tradestackctl ha status --json
  tradestackctl ha takeover
"""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons

METHODS = {"status": "GetStatus", "takeover": "TakeOver"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=tuple(METHODS), help="what to do")
    parser.add_argument("--json", action="store_true", help="print it for scripts")


def run(args: argparse.Namespace) -> int:
    """Ask the order manager, and print what it says of itself."""
    with RunningDaemons.of(args).client(ORDER_MANAGER) as manager:
        status = manager.call(f"io.tradestack.Replication.{METHODS[args.action]}")
    print(json.dumps(status) if args.json else "\n".join(_lines(status)))
    return ExitStatus.DONE


def _lines(status: Mapping[str, Any]) -> list[str]:
    facts = {
        "role": f"{status['role']} ({status['host']})",
        "primary": f"{status['primary'] or 'nobody yet'}, epoch {status['epoch']}",
        "order session": status["session"] or "none yet",
        "stream": f"{status['stream']} at {status['server']}, message {status['sequence']}",
        "behind": f"{status['behind']} messages",
        "not stored yet": f"{status['waiting_bytes']} bytes",
        "primary silent": f"{status['silent_s']:g} s",
        "fault": status["fault"] or "none",
    }
    unused = {"primary": ("behind", "primary silent"), "standby": ("not stored yet",)}
    left_out = unused.get(status["role"], ())
    return [f"{name:<14}  {fact}" for name, fact in facts.items() if name not in left_out]
