"""--uninstall keeps the operator's files; --purge leaves the system as it was before."""

from pathlib import Path

from tests.system.cases.files import changed_files, every_path
from tests.system.cases.harness import all_active, attempt, case, orders_go_on, sh, state
from tests.system.cases.moving_ports import COMMAND, MOVED_PORT, set_port
from tests.system.cases.permissions import OPERATOR, OUTSIDER

KEPT = ("/etc/tradestack/gateway.toml", "/var/lib/tradestack/order-manager", "/var/log/tradestack")


@case()
def uninstall_keeps_config_state_and_logs() -> None:
    """Without --purge the operator's files are kept, and a new installation goes on with them.

    So do a port that was moved, and the strategies that were enabled; others are named.
    """
    set_port("feed", str(MOVED_PORT))
    sh("tradestackctl", "add-strategy", "enabled", "--start")
    sh("tradestackctl", "add-strategy", "disabled", "--no-start")
    sh("./install.sh", "--uninstall")

    assert all(Path(path).exists() for path in KEPT)
    assert not attempt("systemctl", "list-unit-files", "tradestack*", "--no-legend").stdout
    again = attempt("./install.sh", "--now")
    assert again.returncode == 0, again
    all_active()
    assert state("tradestack-strategy@enabled.service") == "active"
    assert "enable --now tradestack-strategy@disabled.service" in again.stderr, again
    assert "enable --now tradestack-strategy@enabled.service" not in again.stderr, again
    assert COMMAND not in sh("tradestackctl", "status")
    orders_go_on()


@case()
def purge_leaves_nothing() -> None:
    """After --uninstall --purge, no file or segment of tradestack is left."""
    for user in (OUTSIDER, OPERATOR):
        sh("userdel", user)

    sh("./install.sh", "--uninstall", "--purge")

    ours = [path for path in every_path() if "tradestack" in path]
    assert not ours, ours
    unexpected = changed_files()
    assert not unexpected, unexpected


@case()
def purge_leaves_no_trace_in_systemd() -> None:
    """Neither systemd nor the user database contains the name any more."""
    for database in ("passwd", "group"):
        assert "tradestack" not in sh("getent", database)
    listed = sh("systemctl", "list-units", "--all", "--no-legend", "--plain", "tradestack*")
    known = [unit for unit in listed.splitlines() if "inactive dead" not in unit]
    assert not known, known
    assert not sh("systemctl", "list-unit-files", "--no-legend", "tradestack*", status=None)
    assert "tradestack" not in sh("journalctl", "--list-catalog", status=None)
