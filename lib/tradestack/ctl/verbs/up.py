"""Run the whole stack in the foreground, without systemd and without root.

The daemons are the programs that systemd would run. They listen on free ports of the loopback
interface, or where `--set gateway.listen=ADDRESS` says, and keep their files in a private directory
that is deleted at the end unless --state-dir is given. If a daemon dies, all of them are stopped;
with --respawn it is started again, unless it keeps dying. Orders and problems are shown on stderr,
with --verbose all that the daemons log; the result goes to stdout.

examples:
  tradestackctl up                         publish the sample data until Ctrl-C
  tradestackctl up --pace 60x --duration 1min
  tradestackctl up --state-dir /tmp/stack --fresh
  tradestackctl up --duration 20s --report  then open report.html, or name a file .md
  tradestackctl up --web                   and show it at http://127.0.0.1:8997
  tradestackctl up --prices p.csv.gz --sentiment s.csv --pace max --until-end --json

exit status:
  0    ended after --duration, at the end of the data, or by Ctrl-C
  1    a daemon died; or, with --until-end, an exception has paused a strategy
  78   a file or setting has to be fixed first; the last line on stderr names it
  130  Ctrl-C before the end that --until-end waits for
"""

import argparse
import json
import sys

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.report.report_option import report_path
from tradestack.ctl.up.data_files import check_data_files
from tradestack.ctl.up.display.report_at_end import ReportAtEnd
from tradestack.ctl.up.display.screen import Screen
from tradestack.ctl.up.display.summary import summary
from tradestack.ctl.up.early_end import EARLY_ENDS, tell_end
from tradestack.ctl.up.foreground import Errand, checked_config, run_foreground
from tradestack.ctl.up.options import add_options


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_options(parser)


def run(args: argparse.Namespace) -> int:
    """Run the stack and print its result; raise OperatorFault, ControlFault."""
    if args.fresh and args.state_dir is None:
        args.refuse("--fresh needs --state-dir")
    check_data_files(args)
    report = ReportAtEnd(report_path(args))
    screen = Screen(is_verbose=args.verbose)
    try:
        config = checked_config(args, screen)
        result = run_foreground(args, config, screen, Errand(examine=report.examine))
    except EARLY_ENDS as end:
        return tell_end("up", end)
    print(json.dumps(result.as_dict()) if args.json else summary(result))
    if told := report.told():
        sys.stderr.write(f"{told}\n")
    return ExitStatus.DONE
