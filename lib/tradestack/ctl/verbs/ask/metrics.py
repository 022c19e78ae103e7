"""Print the metrics of all daemons in the text format of Prometheus.

Each daemon is asked once, over its control socket; `tradestack_daemon_up` is 0 for one that has not
answered. With --textfile they are written to a file for the node_exporter of Prometheus, which
tradestack-metrics-textfile.timer does every minute. tradestack-metrics.socket serves the same to
scrapers over HTTP.

examples:
  tradestackctl metrics | grep ticks
  tradestackctl metrics --textfile /var/lib/prometheus/node-exporter/tradestack.prom
  systemctl enable --now tradestack-metrics-textfile.timer
"""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import RunningDaemons
from tradestack.net.control.scrape import scrape
from tradestack.observe.exposition import Format, expose

TEXTFILE_MODE = 0o644  # node_exporter has a user of its own


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--textfile",
        type=Path,
        action=StorePath,
        metavar="FILE",
        help="write them to this file, which is replaced atomically, instead of printing them",
    )
    parser.add_argument(
        "--openmetrics", action="store_true", help="use OpenMetrics 1.0, not text 0.0.4"
    )


def run(args: argparse.Namespace) -> int:
    """Print or write the metrics, which also show the daemons that do not run."""
    families = asyncio.run(scrape(RunningDaemons.of(args).directory))
    text = expose(families, Format.OPEN_METRICS if args.openmetrics else Format.TEXT)
    if args.textfile is None:
        print(text, end="")
    else:
        _replace(args.textfile, text)
    return ExitStatus.DONE


def _replace(path: Path, text: str) -> None:
    """Replace the file by a whole one. Raises OSError."""
    # Not *.prom: node_exporter would read it.
    descriptor, unfinished = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, TEXTFILE_MODE)
            file.write(text)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink()
        raise
