"""Orderly restarts: quick ones, many, under load, of everything or of one daemon."""

import subprocess
import sys

from tests.system.cases.harness import (
    DAEMONS,
    SERVICES,
    SOCKETS,
    TARGET,
    all_active,
    case,
    eventually,
    inactive_among,
    main_pid,
    nothing_lost,
    orders_go_on,
    sh,
    state,
    stats,
)

TIMES = 10
# Connects to both ports without pause until it is told to stop; counts those refused.
KNOCK = """
import select, socket, sys
connected = refused = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    for port in (8999, 8998):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            connected += 1
        except OSError:
            refused += 1
print(connected, refused)
"""


@case()
def ten_quick_restarts() -> None:
    """`systemctl restart tradestack.target` ten times without pause: everything is active."""
    for _ in range(TIMES):
        sh("systemctl", "restart", TARGET)

    eventually(10, "all units are active", lambda: not inactive_among((*SERVICES, *SOCKETS)))
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def ten_stops_and_starts() -> None:
    """Stop and start of the target, ten times out of ten; a stop alone leaves nothing running."""
    everything = (TARGET, *SERVICES, *SOCKETS)
    for _ in range(TIMES):
        sh("systemctl", "stop", TARGET)
        sh("systemctl", "start", TARGET)
        all_active()
    sh("systemctl", "stop", TARGET)
    eventually(15, "everything is inactive", lambda: set(map(state, everything)) == {"inactive"})
    sh("systemctl", "start", TARGET)
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def restart_under_load_refuses_nobody() -> None:
    """While both servers restart, whoever connects waits a little; nobody is refused."""
    knocker = subprocess.Popen(
        [sys.executable, "-c", KNOCK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    for daemon in DAEMONS:
        sh("systemctl", "restart", f"{daemon}.service")
    connected, refused = map(int, knocker.communicate("stop\n", timeout=30)[0].split())

    assert connected > 100
    assert refused == 0
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def reload_disturbs_nobody() -> None:
    """`systemctl reload` of all three keeps processes and connections."""
    pids = [main_pid(service) for service in SERVICES]
    clients = stats()["gateway"]["ticks_total"]

    sh("systemctl", "reload", *SERVICES)

    assert pids == [main_pid(service) for service in SERVICES]
    eventually(10, "ticks go on", lambda: stats()["gateway"]["ticks_total"] > clients)
    orders_go_on()


@case()
def stopped_strategy_stays_stopped() -> None:
    """A strategy that the operator stopped is not revived by whoever asks for its stats."""
    sh("systemctl", "stop", "tradestack-strategy@news.service")

    sh("tradestackctl", "stats", "--json", status=None)

    assert state("tradestack-strategy@news.service") == "inactive"
    sh("systemctl", "start", "tradestack-strategy@news.service")
    orders_go_on()
