"""Ticks of the feed, oldest first: the last ten, or those asked for.

Columns: number, kind, symbol, event time, publish time, value (price or sentiment), size.

examples:
  tradestackctl tail                       the last ten
  tradestackctl tail -n 100 --symbol SPY   the last hundred of SPY
  tradestackctl tail --follow              the last ten, and whatever comes
  tradestackctl tail --from 1 --json       the whole session, one JSON object a line
"""

import argparse
import collections
import json
from collections.abc import Iterable, Iterator
from typing import Any

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.up.running_daemons import GATEWAY, RunningDaemons
from tradestack.net.control.client import ControlClient

COUNT_DEFAULT = 10
COLUMNS = ("sequence", "kind", "symbol", "event_time", "publish_time", "value", "size")

Tick = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    start = parser.add_mutually_exclusive_group()
    start.add_argument(
        "--from",
        type=_positive,
        dest="start",
        metavar="N",
        help="begin at message N of the session",
    )
    start.add_argument(
        "-n",
        type=_positive,
        dest="count",
        default=COUNT_DEFAULT,
        metavar="COUNT",
        help="the last COUNT",
    )
    parser.add_argument("--symbol", metavar="S", help="of this symbol only")
    parser.add_argument("-f", "--follow", action="store_true", help="wait for more, until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def run(args: argparse.Namespace) -> int:
    daemons = RunningDaemons.of(args)
    with daemons.client(GATEWAY) as gateway:
        for tick in _chosen(gateway, args):
            text = json.dumps(tick) if args.json else "  ".join(str(tick[k]) for k in COLUMNS)
            print(text, flush=args.follow)
    return ExitStatus.DONE


def _chosen(gateway: ControlClient, args: argparse.Namespace) -> Iterable[Tick]:
    """What --from, -n and --follow ask for."""
    if args.start is not None:
        yield from _read(gateway, args, args.start, follow=args.follow)
        return
    head: int = gateway.call("io.tradestack.Daemon.GetStats")["stats"]["head"]
    # The last of one symbol may be anywhere: all messages are looked at, few are kept.
    first = 1 if args.symbol else max(1, head - args.count + 1)
    last = collections.deque(_read(gateway, args, first, follow=False), maxlen=args.count)
    yield from last
    if args.follow:
        seen = max(head, last[-1]["sequence"] if last else 0)
        yield from _read(gateway, args, seen + 1, follow=True)


def _read(
    gateway: ControlClient, args: argparse.Namespace, first: int, *, follow: bool
) -> Iterator[Tick]:
    parameters: dict[str, Any] = {"from": first, "follow": follow}
    if args.symbol:
        parameters["symbol"] = args.symbol
    for reply in gateway.stream("io.tradestack.Gateway.ReadTicks", parameters):
        yield from reply["ticks"]


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
