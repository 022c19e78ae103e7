"""Let the gateway of the installation relay the feed of another one, or play its own files again.

A relay publishes the other gateway's feed under the same numbers, for the clients of this host. It
logs in as a user of the other gateway, added there by `add-user NAME --read-only`; the password is
read from the terminal or standard input. This verb writes both into the gateway's configuration,
allows its unit to connect, and restarts it if it runs. With several addresses, of the gateway and
of relays of it, the next one is tried when one cannot be reached.

The feed is not encrypted: between hosts, give the end of a tunnel on this host, or an address
inside a VPN; tradestack-hosts(7) explains both. `--off` makes it a gateway with its own source
again.

examples:
  sudo tradestackctl relay 127.0.0.1:9999 --upstream-user relay
  sudo tradestackctl relay 127.0.0.1:9999 127.0.0.1:9998 --upstream-user relay <password
  sudo tradestackctl relay --off
  tradestackctl relay --off --user     the installation by install.sh --user
"""

import argparse
import contextlib
import getpass
import ipaddress
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.config_key import with_key
from tradestack.ctl.installation.credentials import PASSWORD_MODE, password_file
from tradestack.ctl.installation.installation import Installation, require_directory
from tradestack.ctl.installation.installation import add_arguments as add_installation_arguments
from tradestack.ctl.installation.owner import ROOT, require_own
from tradestack.ctl.installation.secret_file import write_secret
from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address, parse_address

CONFIG = "gateway.toml"
SERVICE = "tradestack-gateway.service"
CREDENTIAL = "relay"  # the file's name; gateways have no other password
DROP_IN = "relay.conf"  # kept with the configuration by install.sh --uninstall, if not --purge
DROP_IN_MODE = 0o644
TEXT = """\
# Written by `tradestackctl relay`: the gateway connects to another one, and logs in there.
[Service]
RestrictAddressFamilies=AF_INET AF_INET6
IPAddressAllow={hosts}
LoadCredential=password:{password}
# If the file is missing, the gateway gets an empty password, and names the file.
SetCredential=password:\\n
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "upstream",
        metavar="HOST:PORT",
        nargs="*",
        help="address of the other gateway's feed: a numeric one, or localhost",
    )
    parser.add_argument("--upstream-user", metavar="NAME", help="user to log in as there")
    parser.add_argument("--off", action="store_true", help="use the source `csv` again")
    add_installation_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Check all, then write all, then restart."""
    installation = Installation.of(args)
    if not args.user and os.geteuid() != ROOT:
        raise OperatorFault(
            "relay",
            "only root may change the units of the system",
            "run this with sudo, or with --user for an installation of your own",
        )
    config = installation.config / CONFIG
    require_directory(installation.config, "--config-dir")
    installation.require_systemd("relay")
    require_own(installation.config)
    text = config.read_text(encoding="utf-8")
    drop_in = installation.units / f"{SERVICE}.d" / DROP_IN
    require_own(drop_in.parent)
    if args.off:
        _replace(config, with_key(text, "source", "csv", where=str(config)))
        drop_in.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # others may have drop-ins there
            drop_in.parent.rmdir()
        password_file(installation.config, CREDENTIAL).unlink(missing_ok=True)
        done = "the gateway plays its own files"
    else:
        upstream = _addresses(args.upstream)
        if not args.upstream_user:
            raise OperatorFault("relay", "no --upstream-user", "name a user of the other gateway")
        keys = {
            "source": "relay",
            "upstream": [str(address) for address in upstream],
            "upstream_user": args.upstream_user,
        }
        for key, value in keys.items():
            text = with_key(text, key, value, where=str(config))
        password = password_file(installation.config, CREDENTIAL)
        write_secret(password, f"{_password(args.upstream_user)}\n", mode=PASSWORD_MODE)
        _replace(config, text)
        drop_in.parent.mkdir(parents=True, exist_ok=True)
        hosts = " ".join(dict.fromkeys(address.host for address in upstream))
        write_secret(drop_in, TEXT.format(hosts=hosts, password=password), mode=DROP_IN_MODE)
        drop_in.chmod(DROP_IN_MODE)  # regardless of the umask: it contains no secret
        done = f"the gateway relays the feed of {' or '.join(map(str, upstream))}"
    installation.run_systemctl("daemon-reload")
    restarted = installation.restart_active(SERVICE)
    _say(f"{done}; restarted: {', '.join(restarted) or 'nothing'}")
    return ExitStatus.DONE


def _addresses(texts: Sequence[str]) -> list[Address]:
    """Parse the arguments; raise OperatorFault for what a unit cannot be allowed to connect to."""
    if not texts:
        raise OperatorFault("relay", "no HOST:PORT", "name the other gateway's feed, or give --off")
    addresses = []
    for text in texts:
        try:
            address = parse_address(text)
        except ValueError as error:
            raise OperatorFault(f"upstream {text}", str(error), "give HOST:PORT") from None
        if not address.is_loopback() and not address.is_numeric():
            raise OperatorFault(
                f"upstream {text}",
                "this is a name, and a unit is allowed to connect to numeric addresses",
                "give the address of the end of a tunnel, or one inside a VPN",
            )
        if not address.is_loopback() and not ipaddress.ip_address(address.host).is_private:
            raise OperatorFault(
                f"upstream {text}",
                "a public address, and passwords cross the network in clear text",
                "give the address of the end of a tunnel, or one inside a VPN",
            )
        if not address.is_loopback():
            _say(f"warning: the password goes to {address} in clear text: is that inside a VPN?")
        addresses.append(address)
    return addresses


def _password(user: str) -> str:
    """Read the password from the terminal, without showing it, or from standard input."""
    if sys.stdin.isatty():
        password = getpass.getpass(f"password of {user} at the other gateway: ")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if not password:
        raise OperatorFault("relay", "no password", "give it on standard input, in one line")
    return password


def _replace(path: Path, text: str) -> None:
    write_secret(path, text, mode=path.stat().st_mode & 0o777, like=path)
    _say(f"changed {path}")


def _say(text: str) -> None:
    print(text, file=sys.stderr)
