"""The recipe of tradestack-hosts(7): feed and orders through stunnel, between two hosts."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.gateway import USER, Gateway
from tests.kit.prerequisites import need_program
from tests.kit.stack import Stack
from tests.kit.two_hosts import TwoHosts
from tradestack.ctl.manual.pages import TOPICS
from tradestack.net.control.client import ControlClient
from tradestack.net.server.users import new_salt, users_line

ORDERS = Path(__file__).with_name("remote_orders.py")
DEADLINE_S = 120.0
SECRET = f"tradestack:{'5a' * 32}\n"
RELAY_FEED = "127.0.0.1:9999"
REMOTE_ORDERS = "127.0.0.1:9998"


@pytest.fixture
def hosts() -> Iterator[TwoHosts]:
    """Return two hosts that reach each other."""
    need_program("stunnel")
    with TwoHosts() as two:
        yield two


@pytest.fixture
def first(hosts: TwoHosts, tmp_path: Path) -> Iterator[Stack]:
    """Return a whole stack on the first host, with users for the second."""
    arguments = ("--state-dir", tmp_path / "stack", "--pace", "2000/s")
    with Stack(*arguments, within=hosts.first.within) as stack:
        users = stack.files.path / "etc/users"
        lines = [users_line(user, PASSWORD, salt=new_salt()) for user in (USER, "other")]
        users.write_text(users.read_text() + "".join(lines))
        for daemon in ("gateway", "order-manager"):
            stack.call(daemon, "io.tradestack.Daemon.Reload")
        yield stack


@pytest.fixture
def tunnel(hosts: TwoHosts, first: Stack, tmp_path: Path) -> Iterator[None]:
    """Run both ends of the tunnel with the manual's configurations."""
    server, client = re.findall(
        r"^```ini\n(socket.*?)^```$", (TOPICS / "tradestack-hosts.md").read_text(), re.M | re.S
    )
    secret = tmp_path / "psk.txt"
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    ports = {
        "127.0.0.1:8999": str(first.files.address("gateway")),
        "127.0.0.1:8998": str(first.files.address("order-manager")),
        "/etc/stunnel/psk.txt": str(secret),
        "HOST": hosts.first.address,
    }
    with ExitStack() as opened:
        for host, text in ((hosts.first, server), (hosts.second, client)):
            for written, here in ports.items():
                text = text.replace(written, here)
            config = tmp_path / f"{host.address}.conf"
            config.write_text(f"foreground = yes\npid =\n{text}")
            process = subprocess.Popen(
                [*host.within, "stunnel", config], stderr=subprocess.PIPE, text=True
            )
            opened.callback(process.communicate)
            opened.callback(process.terminate)
            assert process.stderr is not None
            said = ""
            while "Configuration successful" not in said:
                line = process.stderr.readline()
                assert line, said
                said += line
        yield


@pytest.fixture
def relay(hosts: TwoHosts, tunnel: None, tmp_path: Path) -> Iterator[Gateway]:
    """Return a relay on the second host."""
    (tmp_path / "relay").mkdir()
    with Gateway(tmp_path / "relay") as gateway:
        password = tmp_path / "password"
        password.write_text(PASSWORD)
        gateway.within = hosts.second.within
        gateway.configure(
            source="relay",
            upstream=RELAY_FEED,
            upstream_user=USER,
            password_file=password,
        )
        gateway.start()
        yield gateway


def order_ids(hosts: TwoHosts, *cl_ord_ids: str) -> list[int]:
    """Enter orders from the second host."""
    done = subprocess.run(
        [*hosts.second.within, sys.executable, ORDERS, REMOTE_ORDERS, PASSWORD, *cl_ord_ids],
        check=True,
        stdout=subprocess.PIPE,
        timeout=DEADLINE_S,
    )
    return [int(line) for line in done.stdout.split()]


def test_feed_and_orders_go_through_the_tunnel(
    hosts: TwoHosts, first: Stack, relay: Gateway
) -> None:
    """The relay has the same bytes; the order manager knows the orders of the other host."""
    relay.wait_for_head(500)
    entered = order_ids(hosts, "one", "two")
    session = relay.stats()["session"]

    assert len(set(entered)) == 2
    assert order_ids(hosts, "one") == entered[:1]  # known: nothing is executed twice
    own = (relay.state / f"{session}.feed").read_bytes()
    assert len(own) >= 500 * 64
    assert (first.files.path / f"state/gateway/{session}.feed").read_bytes().startswith(own)


def test_a_pulled_cable_loses_nothing(hosts: TwoHosts, first: Stack, relay: Gateway) -> None:
    """The relay goes on where it was, as soon as there is a way again."""
    relay.wait_for_head(200)
    hosts.pull_cable()
    received = relay.stats()["head"]
    with ControlClient(first.files.control("gateway")) as client:
        for reply in client.stream("io.tradestack.Daemon.WatchStats", {"interval_ms": 100}):
            if reply["stats"]["head"] > received + 2_000:
                break
    hosts.plug_cable()
    relay.wait_for_head(received + 2_500)
    session = relay.stats()["session"]
    own = (relay.state / f"{session}.feed").read_bytes()

    assert len(own) >= (received + 2_500) * 64
    assert (first.files.path / f"state/gateway/{session}.feed").read_bytes().startswith(own)
