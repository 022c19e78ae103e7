"""Orderly restarts: quick ones, many, under load, of everything or of one daemon."""

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
from tests.system.cases.knocking import knocking

TIMES = 10
TIMES_UNDER_LOAD = 3


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
    """While both servers restart, whoever connects waits a little and is answered."""
    with knocking() as knocks:
        for daemon in DAEMONS:
            sh("systemctl", "restart", f"{daemon}.service")

    assert knocks.refused == 0, knocks
    assert knocks.answered > 100, knocks
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def restart_of_the_target_under_load() -> None:
    """While clients knock at both ports the target restarts; no port stays closed afterwards."""
    with knocking() as knocks:
        for _ in range(TIMES_UNDER_LOAD):
            sh("systemctl", "restart", TARGET)
            all_active()

    assert knocks.answered > 100, knocks
    all_active()
    orders_go_on()
    nothing_lost()


@case()
def stopped_strategy_stays_stopped() -> None:
    """A strategy that the operator stopped is not revived by whoever asks for its stats."""
    sh("systemctl", "stop", "tradestack-strategy@news.service")

    sh("tradestackctl", "stats", "--json", status=None)

    assert state("tradestack-strategy@news.service") == "inactive"
    sh("systemctl", "start", "tradestack-strategy@news.service")
    orders_go_on()
