"""Print the address of the page that shows the stack, with a login that can be used once.

The address works for a minute, in one browser, and logs you in as yourself: the page can then pause
the feed, change its pace, halt trading and cancel orders, as you can. Only root and members of the
group tradestack-ops get one. Without a login the page shows everything and changes nothing.

From another computer, run ssh -L 8997:/run/tradestack/web.sock HOST, run this command in that
session, and open the address on your computer while the session is open.

examples:
  tradestackctl web                        print the address
  tradestackctl web --open                 and open it in a browser
  tradestackctl web --no-login             the page to look at, without a login
  tradestackctl --runtime-dir /tmp/stack/run web     of `up --web --state-dir /tmp/stack`
"""

import argparse
import os
import sys
import webbrowser
from pathlib import Path

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.secret_file import write_secret
from tradestack.ctl.running_daemons import WEB, RunningDaemons
from tradestack.net.control.client import NotRunning

INTERFACE = "io.tradestack.Web"
FILE_MODE = 0o600
# A document that leads there: other users see the arguments of a browser, but not its files.
_DOCUMENT = (
    '<!doctype html><meta http-equiv="refresh" content="0; url={url}"><title>tradestack</title>\n'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--open", action="store_true", help="also open it in a browser")
    parser.add_argument("--no-login", action="store_true", help="print the address without a login")


def run(args: argparse.Namespace) -> int:
    """Print the address, and open it. Raises ControlFault, VarlinkError."""
    method = "GetPage" if args.no_login else "NewLogin"
    try:
        with RunningDaemons.of(args).client(WEB) as client:
            reply = client.call(f"{INTERFACE}.{method}")
    except NotRunning as fault:
        raise NotRunning(
            "the page is not served: systemctl start tradestack-web.socket, or "
            f"`tradestackctl up --web`; {fault}"
        ) from fault
    url = reply["page"] if args.no_login else reply["url"]
    print(url)
    if not args.no_login:
        text = f"logs in {reply['user']}, once, within {reply['lifetime_s']} s"
        print(f"tradestackctl: this {text}", file=sys.stderr)
    if args.open and not _open(url):
        print("tradestackctl: found no browser; open the address yourself", file=sys.stderr)
        return ExitStatus.REFUSED
    return ExitStatus.DONE


def _open(url: str) -> bool:
    """Open the address in the user's browser; return whether there is one. Raises OSError."""
    directory = Path(os.environ.get("XDG_RUNTIME_DIR") or Path.home() / ".cache") / "tradestack"
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    document = directory / "login.html"
    write_secret(document, _DOCUMENT.format(url=url), mode=FILE_MODE)
    return webbrowser.open(document.as_uri())
