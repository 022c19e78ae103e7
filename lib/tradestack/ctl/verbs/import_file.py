"""Brings a CSV of your own to where the gateway can read it, after checking every row.

Prices have the columns timestamp, symbol, price and perhaps size; sentiment timestamp, symbol,
sentiment (0 to 100). Plain or .gz. What to write into gateway.toml is printed; nothing is changed
until you do.

examples:
  tradestackctl import prices.csv.gz
  tradestackctl import scores.csv --as sentiment
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.places import Places, chosen_places, need_directory
from tradestack.ctl.places import add_arguments as add_place_arguments
from tradestack.domain.faults import OperatorFault
from tradestack.sources.csv.header import (
    STANDARD_NAMES,
    HeaderFault,
    SourceKind,
    kinds_of_header,
)
from tradestack.sources.csv.source import read_header
from tradestack.sources.source import SourceFault

DIRECTORY_MODE = 0o750
FILE_MODE = 0o640
KINDS = {SourceKind.PRICES: "prices", SourceKind.NEWS: "sentiment"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a CSV, plain or .gz")
    parser.add_argument(
        "--as",
        choices=tuple(KINDS.values()),
        dest="kind",
        help="what it holds, where the header does not tell",
    )
    add_place_arguments(parser)


def run(args: argparse.Namespace) -> int:
    places = chosen_places(args)
    need_directory(places.state, "--state-dir")
    kind = args.kind or _kind_of(args.file)
    _check(args.file, kind, places.config / "gateway.toml")
    target = _copy(args.file, places)
    print(f"{args.file} is now {target}; in {places.config}/gateway.toml write", file=sys.stderr)
    print(f'{kind} = "{target}"')
    print("then: systemctl restart tradestack-gateway", file=sys.stderr)
    return ExitStatus.DONE


def _kind_of(path: Path) -> str:
    """By the name of its value column. Raises OperatorFault."""
    try:
        kinds = kinds_of_header(read_header(path), STANDARD_NAMES)
    except HeaderFault as fault:
        raise OperatorFault(f"{path}: line 1", str(fault), "correct the file") from None
    except SourceFault as fault:
        raise OperatorFault(f"{path}: line 1", fault.reason, "correct the file") from None
    if len(kinds) != 1:
        raise OperatorFault(
            f"{path}: line 1",
            "the header does not tell what the file holds",
            "say --as prices or --as sentiment",
        )
    return KINDS[kinds[0]]


def _check(path: Path, kind: str, config: Path) -> None:
    """By the gateway's own reader, with the column names that it will have.

    Raises OperatorFault; what is wrong was then said on stderr.
    """
    program = Path(sys.executable).parent / "tradestack-gateway"
    command = [str(program), "--check-csv", f"{kind}:{path}"]
    if config.exists():
        command += ["--config", str(config)]
    if subprocess.run(command, check=False, stdout=sys.stderr).returncode != 0:
        raise OperatorFault(str(path), "is not imported", "mend it, as said above")


def _copy(path: Path, places: Places) -> Path:
    """A copy that the daemons can read and that is there as a whole or not at all."""
    directory = places.state / "import"
    if not directory.is_dir():
        directory.mkdir(mode=DIRECTORY_MODE)
        places.give(directory)
    target = directory / path.name
    beside = target.with_name(target.name + ".tmp")
    try:
        shutil.copyfile(path, beside)
        beside.chmod(FILE_MODE)
        places.give(beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    return target
