"""Another user at a daemon's port, and at its names in shared memory."""

import subprocess

from tests.system.cases.harness import (
    TARGET,
    all_active,
    attempt,
    case,
    eventually,
    main_pid,
    nothing_lost,
    orders_go_on,
    sh,
    state,
)
from tests.system.cases.permissions import OPERATOR, OUTSIDER, as_user

GATEWAY = "tradestack-gateway.service"
PORTS = {"gateway": 8999, "order-manager": 8998}
CONNECTIONS = 2
# Prints how many bytes each of a few connections brings until the client closes it.
IMPOSTOR = """
import socket, sys
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    for _ in range(int(sys.argv[2])):
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as stream:
            print(len(stream.read()), flush=True)
"""
LOCK = """
import fcntl, sys
files = [open(path, "rb") for path in sys.argv[1:]]
for file in files:
    fcntl.flock(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


@case()
def impostor_at_a_port_gets_no_password() -> None:
    """A strategy sends nothing to another user's process, logs it, and goes on afterwards."""
    for daemon, port in PORTS.items():
        sh("tradestackctl", "stop", daemon)
        impostor = ("python3", "-c", IMPOSTOR, str(port), str(CONNECTIONS))

        received = as_user(OUTSIDER, *impostor)

        assert received.split() == ["0"] * CONNECTIONS, received
        logged = sh("journalctl", "--no-pager", "-o", "cat", "EVENT=SERVER_NOT_TRUSTED")
        assert f"listens at 127.0.0.1:{port}" in logged, logged
        sh("systemctl", "start", TARGET)
        all_active()
        orders_go_on()
    nothing_lost()


@case()
def ports_open_early_at_boot() -> None:
    """They are sockets.target's, which comes before any user's process."""
    for daemon in PORTS:
        assert sh("systemctl", "is-enabled", f"tradestack-{daemon}.socket") == "enabled\n"
        assert "sockets.target" in state(f"tradestack-{daemon}.socket", "WantedBy")


@case()
def stopped_service_keeps_its_port() -> None:
    """Connections to the port of a service that was stopped alone wait, and start nothing."""
    sh("systemctl", "stop", GATEWAY)
    with subprocess.Popen(("nc", "127.0.0.1", "8999"), stdin=subprocess.PIPE) as client:
        eventually(
            10, "the port is kept", lambda: state("tradestack-port@gateway.service") == "active"
        )
        assert state(GATEWAY) == "inactive"
        refused = as_user(OUTSIDER, "python3", "-c", IMPOSTOR, "8999", "1")
        assert "Address already in use" in refused, refused
        client.terminate()

    sh("systemctl", "start", GATEWAY)
    orders_go_on()


@case()
def readers_lock_keeps_no_gateway_out() -> None:
    """An operator's lock on the books does not concern a gateway that is restarted."""
    books = ("/dev/shm/tradestack/prices", "/dev/shm/tradestack/news")
    command = ("runuser", "-u", OPERATOR, "--", "python3", "-c", LOCK, *books)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"locked\n"
        before = main_pid(GATEWAY)

        sh("systemctl", "restart", GATEWAY)

        assert main_pid(GATEWAY) != before
        reader.communicate()
    orders_go_on()


@case()
def names_in_shared_memory_are_not_free() -> None:
    """Neither outsiders nor operators can make a name beside the books, or rename them."""
    for user in (OUTSIDER, OPERATOR):
        for command in (
            ("touch", "/dev/shm/tradestack/x"),
            ("mv", "/dev/shm/tradestack/prices", "/dev/shm/x"),
            ("mv", "/dev/shm/tradestack", "/dev/shm/x"),
            ("rmdir", "/dev/shm/tradestack"),
        ):
            assert attempt("runuser", "-u", user, "--", *command).returncode, (user, command)
