"""The configuration of the strategy under test, in a file as `up` reads it."""

import argparse
import contextlib
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.soak.options import parameters_of
from tradestack.ctl.toml import config_text
from tradestack.ctl.up.machine_check import faults_of, make_temporary_directory
from tradestack.ctl.up.options import SET_BY_UNTIL_END
from tradestack.ctl.up.stack_files import read_strategy
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import canonical_user

STRATEGY_KEY = "strategy"  # what names the strategy in its configuration
INSTANCE = "soak"
DEFAULTS: Mapping[str, object] = {"quantity": "10", "user": "soak"}

_PARAMETERS = "parameters"
_FILE = re.compile(r"(.+\.py)((?::[^:]*)?)")  # and the class in it


@dataclass(frozen=True, slots=True)
class StrategyFile:
    """The file, and the user that the strategy logs in as."""

    path: Path
    user: str


@contextlib.contextmanager
def strategy_file(args: argparse.Namespace) -> Iterator[StrategyFile]:
    """Write the configuration of the options, and delete it at the end. Raises OperatorFault.

    A fault in it is told as one of the options that it is made from.
    """
    directory = make_temporary_directory()
    path = directory / f"{INSTANCE}.toml"
    try:
        keys = _keys(args)
        with faults_of(directory):
            path.write_text(config_text(keys), encoding="utf-8")
        yield StrategyFile(path, canonical_user(str(keys["user"])))
    except OperatorFault as fault:
        raise OperatorFault(_option(fault.where, path, args), fault.problem, fault.remedy) from None
    finally:
        shutil.rmtree(directory)


def _keys(args: argparse.Namespace) -> dict[str, object]:
    given = {} if args.config is None else read_strategy(args.config)
    used = {key: value for key, value in given.items() if key not in SET_BY_UNTIL_END}
    own = given.get(_PARAMETERS, {})
    parameters = {**(own if isinstance(own, Mapping) else {}), **parameters_of(args)}
    named = {STRATEGY_KEY: _absolute(args.strategy), _PARAMETERS: parameters}
    return {**DEFAULTS, **used, **named}


def _absolute(strategy: str) -> str:
    """Name a file of a strategy so that it is found from any directory."""
    match = _FILE.fullmatch(strategy)
    return strategy if match is None else f"{Path(match[1]).absolute()}{match[2]}"


def _option(where: str, path: Path, args: argparse.Namespace) -> str:
    """Return which option a fault is of, if it is of the file."""
    config = f"strategy {args.strategy}" if args.config is None else f"--config {args.config}"
    places = {
        f"--strategy-config {path}: {STRATEGY_KEY}": f"STRATEGY {args.strategy}",
        f"--strategy-config {path}: {_PARAMETERS}": f"parameters of {args.strategy}",
        f"--strategy-config {args.config}": config,
        "--until-end": "data",
    }
    return places.get(where, where.replace(f"--strategy-config {path}", config))
