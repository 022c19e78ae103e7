"""Convert price or sentiment files to the form that the gateway reads fastest, sorted and checked.

Files of many vendors are recognised by their header or by the shape of their rows; what was found
is printed. They may be packed with gzip, zip, bzip2, xz or zstd, or be Parquet, which the Python
package Polars reads. Without -o, each file is converted into the gateway's state directory, and the
line to put into gateway.toml is printed; with -o, all files are merged into one. An existing file
is never overwritten with other content.

examples:
  tradestackctl import prices.csv.gz
  tradestackctl import BTCUSDT-aggTrades-2025-01-15.zip
  tradestackctl import aapl.us.txt --timezone America/New_York
  tradestackctl import trades/*.csv.gz --sort -o january.csv
  tradestackctl import scores.csv --as sentiment --sentiment-scale -1..1
"""

import argparse
import contextlib
import os
import pwd
import sys
import tomllib
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.format_options import add_format_options, format_options
from tradestack.ctl.importing.conversion import Conversion
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.owner import ROOT, as_owner_of
from tradestack.ctl.toml import toml
from tradestack.domain.faults import OperatorFault
from tradestack.sources.csv.files import expand_files
from tradestack.sources.csv.layout import SourceKind
from tradestack.sources.csv.source import Reading
from tradestack.store.free_space import OTHER_DISK, full_disk_explained

DIRECTORY = "import"  # in the state directory
DIRECTORY_MODE = 0o750
KINDS = {"prices": SourceKind.PRICES, "sentiment": SourceKind.NEWS}  # by their key in gateway.toml
SUFFIXES = {".gz", ".zip", ".bz2", ".xz", ".zst", ".parquet", ".csv", ".tsv", ".txt"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "files",
        nargs="+",
        action=StorePath,
        metavar="FILE",
        help="file, directory or pattern of files",
    )
    parser.add_argument(
        "-o", "--output", type=Path, action=StorePath, metavar="FILE", help="file to write"
    )
    parser.add_argument(
        "--as",
        choices=tuple(KINDS),
        dest="kind",
        help="what the files contain, if that is ambiguous",
    )
    add_format_options(parser)
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Convert, and print the line for gateway.toml."""
    installation = Installation.of(args)
    config = installation.config / "gateway.toml"
    table = _read_table(config)
    reading = Reading(columns=_column_names(table), options=format_options(args))
    kind = KINDS[args.kind] if args.kind is not None else None
    paths = expand_files([str(Path(file).absolute()) for file in args.files])
    if args.output is not None:
        with full_disk_explained(args.output, OTHER_DISK):
            Conversion(paths, kind, reading).write(args.output)
        return ExitStatus.DONE
    require_directory(installation.state, "--state-dir")
    _import_each(paths, kind, reading, installation, config)
    if table.get("format"):
        print(
            f"remove the section [format] of {config}: it would apply to the converted file again",
            file=sys.stderr,
        )
    return ExitStatus.DONE


def _import_each(
    paths: list[Path],
    kind: SourceKind | None,
    reading: Reading,
    installation: Installation,
    config: Path,
) -> None:
    """Convert each file to one in the state directory, and print the lines for gateway.toml."""
    directory = installation.state.absolute() / DIRECTORY
    written: dict[str, list[Path]] = {}
    for path in paths:
        _require_printable(path)
        target = directory / f"{_stem(path)}.csv"
        with contextlib.closing(Conversion([path], kind, reading)) as conversion:
            conversion.prepare()  # with the rights of the caller, before those are dropped
            with as_owner_of(installation.state):
                _make_directory(directory, installation.service_user)
            with as_owner_of(directory), full_disk_explained(target, OTHER_DISK):
                conversion.write(target)
        key = next(name for name, its in KINDS.items() if its is conversion.kind)
        written.setdefault(key, []).append(target)
    print(f"put this into {config}:", file=sys.stderr)
    for key, targets in written.items():
        names = [str(target) for target in targets]
        print(f"{key} = {toml(names[0] if len(names) == 1 else names)}")
    print("then run: systemctl restart tradestack-gateway", file=sys.stderr)


def _require_printable(path: Path) -> None:
    """Raise OperatorFault if a config file cannot name the result: TOML is UTF-8."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise OperatorFault(
            repr(path.name), "the name is not valid UTF-8", "rename the file"
        ) from None


def _make_directory(directory: Path, service_user: str | None) -> None:
    """Create the directory, for the services, unless it exists."""
    try:
        directory.mkdir(mode=DIRECTORY_MODE)
    except FileExistsError:
        return
    directory.chmod(DIRECTORY_MODE)  # whatever the umask
    if service_user is not None and os.geteuid() == ROOT:
        owner = pwd.getpwnam(service_user)
        os.chown(directory, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def _stem(path: Path) -> str:
    name = path
    while name.suffix.lower() in SUFFIXES:
        name = name.with_suffix("")
    return name.name


def _read_table(config: Path) -> dict[str, object]:
    """Return the gateway's configuration, empty if there is none. Raises OperatorFault."""
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise OperatorFault(str(config), str(error), "correct the file") from None


def _column_names(table: dict[str, object]) -> dict[str, tuple[str, ...]]:
    """Return the column names of [columns]."""
    columns = table.get("columns")
    if not isinstance(columns, dict):
        return {}
    return {
        str(column): tuple(map(str, names))
        for column, names in columns.items()
        if isinstance(names, list)
    }
