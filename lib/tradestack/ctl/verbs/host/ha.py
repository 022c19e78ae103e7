"""Show which host takes the orders, let this host take over, or compare its journals.

For an order journal on several hosts (durability = "replicated"; man tradestack-replication).
The order manager of this host is asked, through its control socket.

status    which host is the primary, and how far this one has followed
takeover  make this one the primary. A primary that still runs on another host stops by itself
          within a second. Nothing that was acknowledged is lost, and nothing is executed twice.
          This one serves four seconds later, when the other one no longer answers. Unless most
          servers of the stream answer within ten seconds, nothing is changed. Ctrl-C does not
          withdraw it.
verify    compare the order journals of this host with the stream, from the oldest message to the
          newest, and print the first difference. Orders are taken meanwhile. At each start the
          newest journal is compared in any case.

exit status: 0, or 1 when verify has found a difference, or when status shows a fault, no primary,
or an order manager that is just starting.

examples:
  tradestackctl ha status
  tradestackctl ha status --json
  tradestackctl ha takeover
  tradestackctl ha verify
"""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import ORDER_MANAGER, RunningDaemons

METHODS = {"status": "GetStatus", "takeover": "TakeOver", "verify": "Verify"}
# A takeover reads what is left of the stream, verify all of it.
REPLY_DEADLINE_S = 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=tuple(METHODS), help="what to do")
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")


def run(args: argparse.Namespace) -> int:
    """Ask the order manager, and print what it says of itself."""
    daemons = RunningDaemons.of(args)
    with daemons.client(ORDER_MANAGER, reply_deadline_s=REPLY_DEADLINE_S) as manager:
        reply = manager.call(f"io.tradestack.Replication.{METHODS[args.action]}")
    show = _verified if args.action == "verify" else _lines
    print(json.dumps(reply) if args.json else "\n".join(show(reply)))
    is_well = not reply["difference"] if args.action == "verify" else _is_well(reply)
    return ExitStatus.DONE if is_well else ExitStatus.REFUSED


def _is_well(status: Mapping[str, Any]) -> bool:
    """Return whether the journal is on several hosts, and one of them takes the orders."""
    return status["role"] != "starting" and bool(status["primary"]) and not status["fault"]


def _verified(verified: Mapping[str, Any]) -> list[str]:
    facts = {
        "stream": verified["stream"],
        "compared": f"{verified['messages']} messages, {verified['bytes']} bytes, "
        f"{verified['sessions']} order sessions",
        "not kept here": f"{verified['sessions_absent']} order sessions",
        "difference": verified["difference"] or "none",
    }
    return [f"{name:<14}  {fact}" for name, fact in facts.items()]


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
