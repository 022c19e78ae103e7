"""The options of `soak`, and those of `up` for its two runs."""

import argparse
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.arguments import StorePath, positive_integer
from tradestack.ctl.format_options import add_data_files, add_format_options
from tradestack.ctl.running_daemons import ORDER_MANAGER
from tradestack.ctl.soak.kill_plan import KILL_INTERVAL_S
from tradestack.ctl.up.options import Setting, parse_setting
from tradestack.strategies.registry import SHIPPED

KILLS_DEFAULT = 25
SEED_MAX = 2**32 - 1
# A restart is no absence, and nothing depends on the hour at which the soak runs.
SET_BY_SOAK: Mapping[str, str] = {"away_max": "1h", "new_session_at": "never"}

_PARAMETER = re.compile(r"([A-Za-z_]\w*)=(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One --set of a parameter."""

    name: str
    value: str


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declare the strategy and the options."""
    parser.add_argument(
        "strategy",
        action=StorePath,
        metavar="STRATEGY",
        help=f"{', '.join(SHIPPED)}; or your own: file.py, file.py:Class or module:Class",
    )
    kills = parser.add_argument_group("kills")
    kills.add_argument(
        "--kills",
        type=positive_integer,
        default=KILLS_DEFAULT,
        metavar="N",
        help=f"how often the strategy is killed (default: {KILLS_DEFAULT})",
    )
    kills.add_argument(
        "--seed",
        type=_seed,
        metavar="N",
        help="seed of the random messages at which it is killed (default: a new one each time, "
        "which is in the result)",
    )
    kills.add_argument(
        "--pace",
        metavar="PACE",
        help='pace of the disturbed run, "60x" or "500/s"; choose a slower one on a busy host '
        f"(default: one at which the data lasts {KILL_INTERVAL_S:g} s for each kill)",
    )
    add_data_files(parser.add_argument_group("data"))
    stack = parser.add_argument_group("stack")
    stack.add_argument(
        "--config",
        type=Path,
        action=StorePath,
        metavar="TOML",
        help="file with quantity, symbols and parameters, like etc/strategy/news.toml",
    )
    stack.add_argument(
        "--set",
        type=_parse_set,
        action="append",
        default=[],
        dest="sets",
        metavar="NAME=VALUE",
        help="set a parameter of the strategy; or a key of gateway or order-manager, as in "
        "order-manager.execution='{seed = 7}'",
    )
    stack.add_argument(
        "--state-dir",
        type=Path,
        action=StorePath,
        metavar="DIR",
        help="keep the files of both runs, in DIR/undisturbed and DIR/disturbed; those of an "
        "earlier soak are deleted",
    )
    add_format_options(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    parser.add_argument(
        "--verbose", action="store_true", help="show all output of the two runs and their daemons"
    )


def up_options(args: argparse.Namespace, strategy_config: Path) -> argparse.Namespace:
    """Return the options of `up` for both runs; those of one are in `run_options`."""
    own = [Setting(ORDER_MANAGER, key, value) for key, value in SET_BY_SOAK.items()]
    given = [each for each in args.sets if isinstance(each, Setting)]
    return argparse.Namespace(
        **vars(args),
        duration=None,
        until_end=True,
        strategy_config=[strategy_config],
        settings=[*given, *own],
        fresh=args.state_dir is not None,
        respawn=False,
        web=None,
    )


def run_options(options: argparse.Namespace, name: str) -> argparse.Namespace:
    """Return the options of `up` for the run of that name."""
    state = options.state_dir
    state_of_run = None if state is None else state / name
    return argparse.Namespace(**{**vars(options), "state_dir": state_of_run})


def parameters_of(args: argparse.Namespace) -> dict[str, str]:
    """Return the parameters of the strategy that --set has."""
    return {each.name: each.value for each in args.sets if isinstance(each, Parameter)}


def _parse_set(text: str) -> Parameter | Setting:
    if match := _PARAMETER.fullmatch(text):
        return Parameter(match[1], match[2])
    setting = parse_setting(text)
    if setting.daemon == ORDER_MANAGER and setting.key in SET_BY_SOAK:
        raise argparse.ArgumentTypeError(f"{text!r}: `soak` sets this key itself")
    return setting


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > SEED_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 to {SEED_MAX}")
    return int(text)
