"""Restarts by systemctl: many in a row, under load, of the target and of services."""

from tests.system.cases.harness import (
    DAEMONS,
    SERVICES,
    SOCKETS,
    TARGET,
    all_active,
    case,
    eventually,
    inactive_among,
    nothing_lost,
    orders_go_on,
    sh,
    state,
)
from tests.system.cases.login_attempts import ANSWERED_MIN, login_attempts

TIMES = 10
TIMES_UNDER_LOAD = 3


@case()
def ten_quick_restarts() -> None:
    """After ten restarts of the target without a pause, everything is active."""
    for _ in range(TIMES):
        sh("systemctl", "restart", TARGET)

    eventually(60, "all units are active", lambda: not inactive_among((*SERVICES, *SOCKETS)))
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def ten_stops_and_starts() -> None:
    """Ten stops and starts of the target succeed; after a stop, nothing is running."""
    everything = (TARGET, *SERVICES, *SOCKETS)
    for _ in range(TIMES):
        sh("systemctl", "stop", TARGET)
        sh("systemctl", "start", TARGET)
        all_active()
    sh("systemctl", "stop", TARGET)
    eventually(60, "all units are inactive", lambda: set(map(state, everything)) == {"inactive"})
    sh("systemctl", "start", TARGET)
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def restart_under_load_refuses_no_connection() -> None:
    """Connections that are made while the daemons restart wait and are answered."""
    with login_attempts() as attempts:
        for daemon in DAEMONS:
            sh("systemctl", "restart", f"{daemon}.service")

    assert attempts.refused == 0, attempts
    assert attempts.answered > ANSWERED_MIN, attempts
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def restart_of_the_target_under_load() -> None:
    """The target can be restarted while clients log in, and the ports are open afterwards."""
    with login_attempts() as attempts:
        for _ in range(TIMES_UNDER_LOAD):
            sh("systemctl", "restart", TARGET)
            all_active()

    assert attempts.answered > ANSWERED_MIN, attempts
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def stopped_strategy_stays_stopped() -> None:
    """Asking for stats does not start a strategy that the operator has stopped."""
    sh("systemctl", "stop", "tradestack-strategy@news.service")

    sh("tradestackctl", "stats", "--json", status=None)

    assert state("tradestack-strategy@news.service") == "inactive"
    sh("systemctl", "start", "tradestack-strategy@news.service")
    orders_go_on()
