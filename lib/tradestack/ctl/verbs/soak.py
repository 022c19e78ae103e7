"""Kill a strategy again and again, and compare the result with an undisturbed run.

A strategy has to make the same decisions from the same data, however often its process dies: then
a crash costs nothing, and a backtest shows what happens live. The stack of `tradestackctl up` runs
twice over the same data. The first run is undisturbed; in the second one the strategy's process is
killed (SIGKILL) at random messages, and started again each time. Then its requests, and the reports
on them, are compared one by one, in order. The first difference is shown with the message of the
feed that it belongs to, and with the likely causes.

For these runs the order manager waits up to an hour for a strategy that is away (away_max), so
that a restart changes nothing, however long it takes.

examples:
  tradestackctl soak news
  tradestackctl soak crossover --set short_ticks=5 --set long_ticks=50 --kills 100
  tradestackctl soak mine.py:Mine --prices day.csv.gz --json
  tradestackctl soak news --config etc/strategy/news.toml --state-dir /tmp/soak --seed 7

exit status:
  0    no difference
  1    there is a difference, the strategy has failed, or a daemon died by itself
  78   a file or setting has to be fixed first; the last line on stderr names it
  130  Ctrl-C
"""

import argparse
import json

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.soak.options import add_options
from tradestack.ctl.soak.soak import soak
from tradestack.ctl.up.data_files import check_data_files
from tradestack.ctl.up.early_end import EARLY_ENDS, tell_end
from tradestack.runtime.clock import SystemClock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the strategy and the options."""
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Soak the strategy and print the result; raise OperatorFault, ControlFault."""
    check_data_files(args)
    try:
        result = soak(args, SystemClock())
    except EARLY_ENDS as end:
        return tell_end("soak", end)
    print(json.dumps(result.as_dict()) if args.json else result.text, end="\n" if args.json else "")
    return ExitStatus.DONE if result.is_same else ExitStatus.REFUSED
