"""Print ticks of the feed, the oldest first; by default the last ten.

Columns: sequence number, kind, symbol, event time, publish time, value (price or sentiment), size.

examples:
  tradestackctl tail                       the last ten ticks
  tradestackctl tail -n 100 --symbol SPY   the last hundred ticks of SPY
  tradestackctl tail --follow              the last ten ticks, then new ones as they come
  tradestackctl tail --from 812 --count 1  one tick by its number
  tradestackctl tail --from 1 --json       the whole session, one JSON object per line
"""

import argparse
import collections
import itertools
import json
from collections.abc import Iterable, Iterator
from typing import Any

from tradestack.ctl.arguments import positive_integer
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import GATEWAY, RunningDaemons
from tradestack.net.control.client import ControlClient

COUNT_DEFAULT = 10
COLUMNS = ("sequence", "kind", "symbol", "event_time", "publish_time", "value", "size")

Tick = dict[str, Any]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--from",
        type=positive_integer,
        dest="start",
        metavar="NUMBER",
        help="begin at this sequence number of the session",
    )
    parser.add_argument(
        "-n",
        "--count",
        type=positive_integer,
        metavar="COUNT",
        help=f"how many ticks to print (default: {COUNT_DEFAULT}, with --from all)",
    )
    parser.add_argument("--symbol", metavar="SYMBOL", help="print ticks of this symbol only")
    parser.add_argument(
        "-f", "--follow", action="store_true", help="continue with new ticks, until Ctrl-C"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")


def run(args: argparse.Namespace) -> int:
    """Print the ticks."""
    daemons = RunningDaemons.of(args)
    with daemons.client(GATEWAY) as gateway:
        for tick in _selected(gateway, args):
            text = json.dumps(tick) if args.json else "  ".join(str(tick[k]) for k in COLUMNS)
            print(text, flush=args.follow)
    return ExitStatus.DONE


def _selected(gateway: ControlClient, args: argparse.Namespace) -> Iterable[Tick]:
    """Yield the ticks that --from, --count, --symbol and --follow select."""
    if args.start is not None:
        ticks = _read(gateway, args, args.start, follow=args.follow)
        yield from itertools.islice(ticks, args.count)
        return
    count = args.count or COUNT_DEFAULT
    head: int = gateway.call("io.tradestack.Daemon.GetStats")["stats"]["head"]
    # The last ticks of one symbol may be anywhere: read all messages, keep only as many as wanted.
    first = 1 if args.symbol else max(1, head - count + 1)
    last = collections.deque(_read(gateway, args, first, follow=False), maxlen=count)
    yield from last
    if args.follow:
        printed = max(head, last[-1]["sequence"] if last else 0)
        yield from _read(gateway, args, printed + 1, follow=True)


def _read(
    gateway: ControlClient, args: argparse.Namespace, first: int, *, follow: bool
) -> Iterator[Tick]:
    parameters: dict[str, Any] = {"from": first, "follow": follow}
    if args.symbol:
        parameters["symbol"] = args.symbol
    for reply in gateway.stream("io.tradestack.Gateway.ReadTicks", parameters):
        yield from reply["ticks"]
