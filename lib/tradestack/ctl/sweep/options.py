"""The options of `backtest` that ask for many runs."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from tradestack.backtest.sweep.grid import FORM as AXIS_FORM
from tradestack.backtest.sweep.grid import parse_axis
from tradestack.backtest.sweep.pool import JOBS_MAX
from tradestack.backtest.sweep.ranking import Criterion
from tradestack.backtest.sweep.walk_forward import FOLDS, parse_plan
from tradestack.backtest.sweep.walk_forward import FORM as PLAN_FORM
from tradestack.ctl.arguments import StorePath, positive_integer
from tradestack.domain.units import DURATION_FORM, NANOSECONDS_OF, parse_quantity
from tradestack.sources.shuffled_news import SEED_MAX

T = TypeVar("T")

SHARPE_INTERVAL = "1min"


def add_sweep_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    group = parser.add_argument_group(
        "many runs",
        "The best of many runs is the luckiest of them, too: every table says how many tries there "
        "were, and the deflated Sharpe ratio counts them.",
    )
    group.add_argument(
        "--sweep",
        type=_parsed(parse_axis),
        action="append",
        default=[],
        metavar="NAME=VALUES",
        help=f"try several values of a parameter: {AXIS_FORM}; repeat it for all combinations",
    )
    group.add_argument(
        "--walk-forward",
        type=_parsed(parse_plan),
        metavar="FIT:TEST",
        help="choose on FIT parts of the time, test on the next TEST parts, move on by TEST: "
        f"{PLAN_FORM} (default: {FOLDS} folds)",
    )
    group.add_argument(
        "--rank-by",
        type=Criterion,
        choices=list(Criterion),
        default=Criterion.SHARPE,
        help="what makes a run the best (default: %(default)s)",
    )
    group.add_argument(
        "--sharpe-interval",
        type=_parsed(_interval),
        default=SHARPE_INTERVAL,
        metavar="TIME",
        help="Sharpe ratios are of the profits of intervals of this length (default: %(default)s)",
    )
    group.add_argument(
        "--jobs",
        type=_jobs,
        default=len(os.sched_getaffinity(0)),
        metavar="N",
        help="how many runs there are at once (default: as many as there are CPUs)",
    )
    group.add_argument(
        "--output",
        type=Path,
        action=StorePath,
        metavar="FILE",
        help="write the whole table to this file, which ends in .csv or .parquet",
    )
    group.add_argument(
        "--force", action="store_true", help="replace the file of --output if it exists"
    )


def add_shuffle_option(group: argparse._ArgumentGroup) -> None:
    """Declare the option that replaces the news."""
    group.add_argument(
        "--shuffle-news",
        type=_seed,
        metavar="SEED",
        help="deal the sentiments out again among the news, in an order that the seed decides: "
        "whatever is earned then is earned without knowing any news",
    )


def _parsed(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Let argparse say what the parser says."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parsed


def _interval(text: str) -> int:
    try:
        interval_ns = parse_quantity(text, NANOSECONDS_OF)
    except ValueError as error:
        raise ValueError(f"{text!r} {error}, allowed is {DURATION_FORM}") from None
    if not interval_ns:
        raise ValueError(f"{text!r} is no time, allowed is {DURATION_FORM}")
    return interval_ns


def _jobs(text: str) -> int:
    jobs = positive_integer(text)
    if jobs > JOBS_MAX:
        raise argparse.ArgumentTypeError(f"{jobs} are more than {JOBS_MAX}")
    return jobs


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= SEED_MAX):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {SEED_MAX}")
    return int(text)
