"""Give the feed, the order or the page port of the installation another address.

The addresses of the ports are in systemd's socket units, so `listen` in a configuration file alone
changes nothing. This writes a drop-in for the unit, sets `listen` in the server's configuration and
the address in each strategy's that had the old one, and restarts what was running: the server,
whose clients are disconnected once, and these strategies. Nothing acknowledged is lost.

The address is one of the loopback interface: the ports have no encryption. tradestack-operating(7)
explains how clients on other hosts reach them. A port alone keeps the host. The old address is
printed; set it again to undo the change.

examples:
  sudo tradestackctl set-port feed 9001
  sudo tradestackctl set-port orders 127.0.0.2:9002
  tradestackctl set-port feed 9001 --user     the installation by install.sh --user
"""

import argparse
import contextlib
import errno
import ipaddress
import os
import socket
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestack.configs.web import WEB_ADDRESS
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.config_key import with_key
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.owner import ROOT, require_own
from tradestack.ctl.installation.port_unit import PortUnit
from tradestack.ctl.installation.secret_file import write_secret
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER
from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import PORT_MAX, Address, parse_address
from tradestack.runtime.config.shared_keys import FEED_ADDRESS, ORDERS_ADDRESS

LISTEN = "listen"  # the key of the servers


@dataclass(frozen=True, slots=True)
class Port:
    """A port, as the server that has it and the strategies that connect to it are configured."""

    name: str  # also the key of the strategies, if they connect to it
    server: str
    default: str  # without a key in the file
    has_strategies: bool = True

    @property
    def unit(self) -> str:
        """The name of its units, without their type."""
        return f"tradestack-{self.server}"


PORTS = (
    Port("feed", GATEWAY, FEED_ADDRESS),
    Port("orders", ORDER_MANAGER, ORDERS_ADDRESS),
    Port("page", "web", WEB_ADDRESS, has_strategies=False),
)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """The file of a daemon that has or needs the address; changed is None where it is there."""

    path: Path
    changed: str | None
    service: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("port", choices=[port.name for port in PORTS], help="which port")
    parser.add_argument(
        "address", metavar="ADDRESS", help="a port, or HOST:PORT with a numeric loopback address"
    )
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Check all, then write all, then restart."""
    installation = Installation.of(args)
    _require_root(args)
    require_directory(installation.config / "strategy", "--config-dir")
    installation.require_systemd("set-port")
    port, *others = sorted(PORTS, key=lambda each: each.name != args.port)
    unit = PortUnit(installation, f"{port.unit}.socket")
    old = unit.address()
    new = _address(args.address, old)
    files = _files(installation.config, port, old, new)
    edited = [file for file in files if file.changed is not None]
    if new == old and not edited:
        raise OperatorFault(f"the {port.name} port", f"has the address {new}", "nothing is to do")
    if new != old:
        _require_free(new, [PortUnit(installation, f"{other.unit}.socket") for other in others])
    for file in edited:
        _write(file)
    if new != old:
        _say(unit.set_address(new))
        _say(f"to take it back: {_command(args, old)}")
    moved, affected = ([unit.name], files) if new != old else ([], edited)
    restarted = installation.restart_active(*moved, *(file.service for file in affected))
    _say(f"the {port.name} port is {new}; restarted: {', '.join(restarted) or 'nothing'}")
    return ExitStatus.DONE


def _require_root(args: argparse.Namespace) -> None:
    if not args.user and os.geteuid() != ROOT:
        raise OperatorFault(
            "set-port",
            "only root may change the units of the system",
            "run this with sudo, or with --user for an installation of your own",
        )


def _address(text: str, old: Address) -> Address:
    """Parse the argument; raise OperatorFault for what is no address of the loopback interface."""
    where = f"address {text}"
    try:
        address = parse_address(text if not text.isdecimal() else str(Address(old.host, int(text))))
    except ValueError as error:
        raise OperatorFault(where, str(error), "give a port, or HOST:PORT") from None
    if address.port == 0:
        raise OperatorFault(where, "0 is no port", f"give one from 1 to {PORT_MAX}")
    if not address.is_loopback():
        raise OperatorFault(
            where,
            "not on the loopback interface, and passwords cross these ports in clear text",
            "give an address like 127.0.0.1:9001; for others, see tradestack-operating(7)",
        )
    if not address.is_numeric():
        raise OperatorFault(
            where, "systemd needs a numeric address", f"give 127.0.0.1:{address.port}"
        )
    return Address(str(ipaddress.ip_address(address.host)), address.port)  # as systemd writes it


def _require_free(address: Address, others: Sequence[PortUnit]) -> None:
    """Raise OperatorFault if a process listens at the address, or another port is there."""
    for other in others:
        if other.address() == address:
            raise OperatorFault(f"address {address}", f"is that of {other.name}", "give another")
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as probe:
        # As systemd will: connections that have ended are no matter, a listener is one.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            is_used = error.errno == errno.EADDRINUSE
            raise OperatorFault(
                f"address {address}",
                "another process listens there" if is_used else os.strerror(error.errno or 0),
                f"give another, or see who listens: ss -ltnp sport = :{address.port}",
            ) from None


def _files(config: Path, port: Port, old: Address, new: Address) -> list[ConfigFile]:
    """Return the files of the server and of its strategies; say which follow another server."""
    server = config / f"{port.server}.toml"
    files = [_file(server, LISTEN, port, new, f"{port.unit}.service")]
    strategies = (config / "strategy").glob("*.toml") if port.has_strategies else ()
    for path in sorted(strategies):
        address = _values(path).get(port.name, str(old))
        if address in (str(old), str(new)):
            service = f"tradestack-strategy@{path.stem}.service"
            files.append(_file(path, port.name, port, new, service))
        else:
            _say(f"kept {path}: its {port.name} port is another server's, {address}")
    return files


def _file(path: Path, key: str, port: Port, address: Address, service: str) -> ConfigFile:
    require_own(path.parent)
    if _values(path).get(key, port.default) == str(address):
        return ConfigFile(path, None, service)
    text = path.read_text(encoding="utf-8")
    return ConfigFile(path, with_key(text, key, str(address), where=str(path)), service)


def _values(path: Path) -> Mapping[str, object]:
    """Read a configuration file. Raises OperatorFault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise OperatorFault(str(path), str(error), "fix the file first") from None


def _write(file: ConfigFile) -> None:
    assert file.changed is not None
    write_secret(file.path, file.changed, mode=file.path.stat().st_mode & 0o777, like=file.path)
    _say(f"changed {file.path}")


def _command(args: argparse.Namespace, address: Address) -> str:
    return f"tradestackctl set-port {args.port} {address}" + (" --user" if args.user else "")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
