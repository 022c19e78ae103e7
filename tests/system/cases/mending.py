"""What only the operator can mend: a config that cannot be right, a disk that is full."""

from tests.system.cases.harness import (
    SERVICES,
    TARGET,
    all_active,
    attempt,
    case,
    eventually,
    inactive_among,
    nothing_lost,
    orders_go_on,
    sh,
    state,
    stats,
)
from tests.system.cases.knocking import knocking
from tests.system.cases.reloading import CONFIGS, GATEWAY, ORDER_MANAGER, edited, reloaded

OPERATOR_FAULT = 78
SOCKETS = {
    GATEWAY: ("tradestack-gateway.socket", "tradestack-gateway-control.socket"),
    ORDER_MANAGER: ("tradestack-order-manager.socket", "tradestack-order-manager-control.socket"),
    SERVICES[2]: ("tradestack-strategy-control@news.socket",),
}
NO_SPACE_EVER = 'free_bytes_min = "1000000GiB"\n'


def starts(service: str) -> int:
    """How often systemd has started it since boot."""
    entries = ("journalctl", "--no-pager", "-o", "cat", f"UNIT={service}", "JOB_TYPE=start")
    return sh(*entries).count("Starting ")


@case()
def wrong_config_is_not_tried_again() -> None:
    """A config error ends a daemon with 78 and words; not even waiting clients start it again.

    Its sockets are closed, so that they are refused; the others stay as they are. Once the file is
    mended one `systemctl start tradestack.target` is enough, at once.
    """
    for service, sockets in SOCKETS.items():
        with knocking() as knocks, edited(CONFIGS[service], "no_such_key = 1\n"):
            before = starts(service)
            said = attempt("systemctl", "restart", service)
            assert said.returncode == 1
            assert f"systemctl status {service}" in said.stderr, said.stderr
            for _ in range(3):
                sh("tradestackctl", "status", status=None)
            assert state(service) == "failed"
            assert int(state(service, "ExecMainStatus")) == OPERATOR_FAULT
            assert {*map(state, sockets)} == {"inactive"}
            assert "no_such_key" in sh("systemctl", "status", service, status=3)
            assert starts(service) == before + 1
        assert (knocks.refused > 0) == (len(sockets) > 1), knocks
        assert not inactive_among([other for other in SERVICES if other != service])

        sh("systemctl", "start", TARGET)
        all_active()
    orders_go_on()
    nothing_lost()


@case()
def full_disk_is_in_the_status() -> None:
    """With too little space both servers stay up and say so in status and stats; it passes."""
    for service, words in ((GATEWAY, "blocked: "), (ORDER_MANAGER, "JOURNAL UNAVAILABLE: ")):
        with edited(CONFIGS[service], NO_SPACE_EVER):
            assert reloaded(service) == 0
            eventually(10, "status says it", lambda: words in state(service, "StatusText"))  # noqa: B023
            assert state(service) == "active"
            said = stats()
            fault = {
                GATEWAY: said["gateway"]["publication_blocked"],
                ORDER_MANAGER: said["order_manager"]["journal_fault"],
            }[service]
            assert "free_bytes_min" in fault, fault
        assert reloaded(service) == 0
        eventually(10, "it is over", lambda: words not in state(service, "StatusText"))  # noqa: B023
    orders_go_on()
    nothing_lost()
