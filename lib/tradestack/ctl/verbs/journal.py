"""Looks at the files that the daemons keep, and mends order journals.

check: order journals and feed logs (<session>.feed): what is in them, and what is damaged, by line
and byte. show: one line for each record of an order journal. Both only read, also while the daemon
writes. repair: says what of an order journal is lost; with --yes drops it, keeps the file as it was
beside it, and the order manager goes on in a new session. It has to be stopped for that.

examples:
  tradestackctl journal check /var/lib/tradestack/*/*.journal /var/lib/tradestack/*/*.feed
  tradestackctl journal show --user news --from 1000 FILE
  tradestackctl journal repair --yes FILE
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.file_check import Findings
from tradestack.ctl.journal_check import check_journal
from tradestack.ctl.journal_record import describe_line
from tradestack.ctl.journal_repair import Damage, find_damages, repair
from tradestack.domain.faults import OperatorFault
from tradestack.store.journal_lines import read_lines

FEED_SUFFIX = ".feed"
JOURNAL_SUFFIX = ".journal"

AFTERWARDS = """\
The order manager goes on in a new order session: known ClOrdIDs and report numbers begin anew,
order numbers go on, and strategies trade from the present on. What clients were told of the lost
orders stands. Begin a new feed session as well (tradestackctl new-session) where a strategy has
start = "session": its registration may be among what is lost."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares what may be done, each with its arguments."""
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser("check", help="what is in the files, and what is damaged")
    check.add_argument("files", type=Path, nargs="+", metavar="FILE")
    check.set_defaults(act=_check)
    show = actions.add_parser("show", help="one line for each record")
    show.add_argument("file", type=Path, metavar="FILE")
    show.add_argument("--user", metavar="U", help="of this user only")
    show.add_argument(
        "--from", type=int, default=1, dest="start", metavar="N", help="begin at line N"
    )
    show.set_defaults(act=_show)
    mend = actions.add_parser("repair", help="drop what is damaged, after saying what it is")
    mend.add_argument("file", type=Path, metavar="FILE")
    mend.add_argument("--yes", action="store_true", help="do it")
    mend.set_defaults(act=_repair)


def run(args: argparse.Namespace) -> int:
    act: Callable[[argparse.Namespace], int] = args.act
    return act(args)


def _check(args: argparse.Namespace) -> int:
    findings = [_check_file(path) for path in args.files]
    for one in findings:
        print(one.text)
    damaged = any(one.is_damaged for one in findings)
    return ExitStatus.OPERATOR_FAULT if damaged else ExitStatus.DONE


def _check_file(path: Path) -> Findings:
    if path.suffix != FEED_SUFFIX:
        return check_journal(path)
    from tradestack.ctl.feed_check import check_feed  # numpy only where it is needed

    return check_feed(path)


def _show(args: argparse.Namespace) -> int:
    _need_journal(args.file)
    for line in read_lines(args.file):
        text = describe_line(line, args.user) if line.number >= args.start else None
        if text is not None:
            print(text)
    return ExitStatus.DONE


def _repair(args: argparse.Namespace) -> int:
    _need_journal(args.file)
    damages = find_damages(args.file)
    torn = sum(line.size for line in read_lines(args.file) if line.torn)
    for damage in damages:
        print(_describe_loss(damage))
    if torn:
        print(f"{torn:,} bytes at the end: a line that was cut short, and never acknowledged")
    if not damages:
        print("nothing to repair: the order manager cuts a torn end by itself")
        return ExitStatus.DONE
    if not args.yes:
        print(f"\n{AFTERWARDS}\n\nnothing was changed; with --yes it is")
        return ExitStatus.REFUSED
    backup = repair(args.file, time.time_ns())
    print(f"repaired; as it was it is kept as {backup}\n\n{AFTERWARDS}")
    return ExitStatus.DONE


def _need_journal(path: Path) -> None:
    if path.suffix == FEED_SUFFIX:
        raise OperatorFault(
            str(path),
            "is a feed log",
            "`tradestackctl tail` shows it, and the gateway makes what is missing again by itself",
        )


def _describe_loss(damage: Damage) -> str:
    last = damage.first_line + damage.lines_lost - 1
    lines = f"line {last}" if last == damage.first_line else f"lines {damage.first_line} to {last}"
    orders = f"orders {damage.first_order_id} to {damage.first_order_id + damage.orders_lost - 1}"
    if damage.orders_lost == 1:
        orders = f"order {damage.first_order_id}"
    return (
        f"{lines}, {damage.bytes_lost:,} bytes at byte {damage.offset:,}: "
        f"{orders if damage.orders_lost else 'no order'} at most; "
        f"begins with {damage.begins_with!r}"
    )
