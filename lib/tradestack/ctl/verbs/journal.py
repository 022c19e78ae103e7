"""Check, print and repair the order manager's journals; check the gateway's feed logs.

check   print what the files contain and where they are damaged, by line or packet and byte
show    print one line for each record of an order journal
repair  list what a damaged order journal has lost; with --yes, remove the damaged lines and keep
        the original file beside it. Stop the order manager first; it then begins a new session.

check and show only read, and may be used while the daemons run. At the end of a feed log
(<session>.feed) the gateway itself removes what is unfinished, and publishes it again. Damage
before the end keeps it from starting: check says where to cut the log.

examples:
  tradestackctl journal check /var/lib/tradestack/*/*.journal /var/lib/tradestack/*/*.feed
  tradestackctl journal show --user news --from 1000 FILE
  tradestackctl journal repair --yes FILE
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from tradestack.ctl.arguments import StorePath, positive_integer
from tradestack.ctl.check.feed_check import check_feed
from tradestack.ctl.check.findings import Findings
from tradestack.ctl.check.journal_check import check_journal
from tradestack.ctl.check.journal_record import describe_line
from tradestack.ctl.check.journal_repair import Damage, find_damages, repair
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.owner import as_owner_of
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import canonical_user
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.store.journal_lines import read_lines

AFTERWARDS = """\
The order manager continues in a new order session: report numbers begin at 1, and ClOrdIDs of
earlier sessions may be used again. Order numbers continue, and strategies trade from the current
end of the feed. Reports of lost orders that clients have received remain valid. If a strategy has
start = "session", its registration may be among the lost records: begin a new feed session as well
(tradestackctl new-session)."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions, each with its arguments."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="print contents and damage of the files")
    check.add_argument(
        "files",
        type=Path,
        action=StorePath,
        nargs="+",
        metavar="FILE",
        help="order journals and feed logs",
    )
    check.set_defaults(act=_check)
    show = actions.add_parser("show", help="print one line per record")
    show.add_argument("file", type=Path, action=StorePath, metavar="FILE", help="order journal")
    show.add_argument("--user", metavar="USER", help="print records of this user only")
    show.add_argument(
        "--from",
        type=positive_integer,
        default=1,
        dest="start",
        metavar="NUMBER",
        help="begin at this line",
    )
    show.set_defaults(act=_show)
    repairing = actions.add_parser("repair", help="list what is damaged; with --yes, remove it")
    repairing.add_argument(
        "file", type=Path, action=StorePath, metavar="FILE", help="order journal"
    )
    repairing.add_argument("--yes", action="store_true", help="change the file")
    repairing.set_defaults(act=_repair)


def run(args: argparse.Namespace) -> int:
    """Run the selected action."""
    act: Callable[[argparse.Namespace], int] = args.act
    return act(args)


def _check(args: argparse.Namespace) -> int:
    is_damaged = False
    for path in args.files:
        findings = _check_file(path)
        is_damaged |= findings.is_damaged
        print(findings.text)
    return ExitStatus.OPERATOR_FAULT if is_damaged else ExitStatus.DONE


def _check_file(path: Path) -> Findings:
    _refuse_special_file(path)
    if path.suffix != FEED_LOG_SUFFIX:
        return check_journal(path)
    return check_feed(path)


def _show(args: argparse.Namespace) -> int:
    _refuse_feed_log(args.file)
    _refuse_special_file(args.file)
    user = None if args.user is None else canonical_user(args.user)
    for line in read_lines(args.file):
        text = describe_line(line, user) if line.number >= args.start else None
        if text is not None:
            print(text)
    return ExitStatus.DONE


def _repair(args: argparse.Namespace) -> int:
    _refuse_feed_log(args.file)
    _refuse_special_file(args.file)
    with as_owner_of(args.file.parent.resolve()):
        return _repair_as_owner(args)


def _repair_as_owner(args: argparse.Namespace) -> int:
    damages = find_damages(args.file)
    torn_bytes = sum(line.size for line in read_lines(args.file) if line.torn)
    for damage in damages:
        print(_describe(damage))
    if torn_bytes:
        print(f"the last {torn_bytes:,} bytes: an unfinished line that was never acknowledged")
    if not damages:
        print("nothing to repair: the order manager itself removes an unfinished last line")
        return ExitStatus.DONE
    if not args.yes:
        print(f"\n{AFTERWARDS}\n\nnothing was changed; add --yes to repair the file")
        return ExitStatus.REFUSED
    backup = repair(args.file, time.time_ns())
    print(f"repaired; the original file is {backup}\n\n{AFTERWARDS}")
    return ExitStatus.DONE


def _refuse_special_file(path: Path) -> None:
    if path.exists() and not path.is_file():  # a FIFO would be waited for
        raise OperatorFault(str(path), "this is no regular file", "name an order journal")


def _refuse_feed_log(path: Path) -> None:
    if path.suffix == FEED_LOG_SUFFIX:
        raise OperatorFault(
            str(path),
            "this is a feed log, not an order journal",
            "use `tradestackctl tail` to print it, and `tradestackctl journal check FILE` to learn "
            "of damage, and what to do about it",
        )


def _describe(damage: Damage) -> str:
    last = damage.first_line + damage.lines_lost - 1
    lines = f"line {last}" if last == damage.first_line else f"lines {damage.first_line} to {last}"
    orders = f"orders {damage.first_order_id} to {damage.first_order_id + damage.orders_lost - 1}"
    if damage.orders_lost == 1:
        orders = f"order {damage.first_order_id}"
    if not damage.lines_lost:
        return f"before line {damage.first_line} at byte {damage.offset:,}: {orders} missing"
    return (
        f"{lines}, {damage.bytes_lost:,} bytes at byte {damage.offset:,}: "
        f"{orders if damage.orders_lost else 'no order'} lost at most; "
        f"begins with {damage.begins_with!r}"
    )
