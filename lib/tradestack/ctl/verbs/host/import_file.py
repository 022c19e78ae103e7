"""Check a CSV file and copy it to where the gateway can read it.

A price file has the columns timestamp, symbol, price and optionally size; a sentiment file has
timestamp, symbol and sentiment (0 to 100). Both may be compressed with gzip. The line to put into
gateway.toml is printed; the gateway uses the file once you have put it there.

examples:
  tradestackctl import prices.csv.gz
  tradestackctl import scores.csv --as sentiment
"""

import argparse
import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

from tradestack.ctl.arguments import StorePath
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.owner import ROOT, as_owner_of
from tradestack.ctl.toml import toml
from tradestack.domain.faults import OperatorFault
from tradestack.sources.csv.header import (
    STANDARD_NAMES,
    HeaderFault,
    SourceKind,
    kinds_of_header,
)
from tradestack.sources.csv.source import read_header
from tradestack.sources.source import SourceFault
from tradestack.store.durable_name import replace_durably

DIRECTORY = "import"  # in the state directory
DIRECTORY_MODE = 0o750
FILE_MODE = 0o640
KINDS = {"prices": SourceKind.PRICES, "sentiment": SourceKind.NEWS}  # by their key in gateway.toml


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "file", type=Path, action=StorePath, metavar="FILE", help="CSV file, plain or .gz"
    )
    parser.add_argument(
        "--as",
        choices=tuple(KINDS),
        dest="kind",
        help="what the file contains, if its header is ambiguous",
    )
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Check, copy and print the line for gateway.toml."""
    installation = Installation.of(args)
    require_directory(installation.state, "--state-dir")
    _require_printable(args.file)
    kind = args.kind or _kind_of(args.file)
    gateway_config = installation.config / "gateway.toml"
    _check(args.file, kind, gateway_config)
    copy = _copy(args.file, installation)
    print(f"copied to {copy}; put this line into {gateway_config}:", file=sys.stderr)
    print(f"{kind} = {toml(str(copy))}")
    print("then run: systemctl restart tradestack-gateway", file=sys.stderr)
    return ExitStatus.DONE


def _require_printable(path: Path) -> None:
    """Raise OperatorFault if a config file cannot name the copy: TOML is UTF-8."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise OperatorFault(
            repr(path.name), "the name is not valid UTF-8", "rename the file"
        ) from None


def _kind_of(path: Path) -> str:
    """Tell prices from sentiment by the header; raise OperatorFault."""
    try:
        kinds = kinds_of_header(read_header(path), STANDARD_NAMES)
    except HeaderFault as fault:
        raise OperatorFault(f"{path}: line 1", str(fault), "add a header line") from None
    except SourceFault as fault:
        raise OperatorFault(f"{path}: line 1", fault.reason, "correct the file") from None
    names = [name for name, kind in KINDS.items() if kind in kinds]
    if len(names) != 1:
        raise OperatorFault(
            f"{path}: line 1",
            "the header must have exactly one of the columns price and sentiment",
            "add --as prices or --as sentiment",
        )
    return names[0]


def _check(path: Path, kind: str, config: Path) -> None:
    """Have the gateway's own reader check every row, with the column names of its configuration.

    Raises OperatorFault if it rejects the file, after its messages on stderr.
    """
    program = Path(sys.executable).parent / "tradestack-gateway"
    command = [str(program), "--check-csv", f"{kind}:{path}"]
    if config.exists():
        command += ["--config", str(config)]
    if subprocess.run(command, check=False, stdout=sys.stderr).returncode != 0:
        raise OperatorFault(str(path), "not imported", "fix the errors listed above")


def _copy(path: Path, installation: Installation) -> Path:
    """Copy the file atomically, readable by the daemons; return the path of the copy."""
    directory = installation.state / DIRECTORY
    with path.open("rb") as source:  # with the rights of the caller, before those are dropped
        with as_owner_of(installation.state):
            _make_directory(directory, installation.service_user)
        with as_owner_of(directory):
            target = directory / path.name
            unfinished = target.with_name(f"{target.name}.tmp")
            unfinished.unlink(missing_ok=True)
            try:
                with unfinished.open("xb") as copy:
                    os.fchmod(copy.fileno(), FILE_MODE)
                    shutil.copyfileobj(source, copy)
                    copy.flush()
                    os.fsync(copy.fileno())
                replace_durably(unfinished, target)
            finally:
                unfinished.unlink(missing_ok=True)
    return target


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
