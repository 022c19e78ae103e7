"""--uninstall keeps what is the operator's; --purge leaves a system as it was before."""

from pathlib import Path

from tests.system.cases.harness import all_active, attempt, case, orders_go_on, sh
from tests.system.cases.installing import BEFORE, every_path

KEPT = ("/etc/tradestack/gateway.toml", "/var/lib/tradestack/order-manager", "/var/log/tradestack")
# Not ours: what the system writes by itself, python3-venv and byte code of the system's Python.
SYSTEMS_OWN = (
    "/dev/",
    "/run/",
    "/tmp/",
    "/var/tmp/",
    "/var/log/",
    "/var/lib/dpkg/",
    "/var/lib/apt/",
    "/var/lib/systemd/",
    "/var/lib/logrotate/",
    "/var/lib/python",
    "/var/cache/",
    "/root/",
    "/etc/",
)


@case()
def uninstall_keeps_config_state_and_logs() -> None:
    """Without --purge the operator's files stay, and a new installation goes on with them."""
    sh("./install.sh", "--uninstall")

    assert all(Path(path).exists() for path in KEPT)
    assert not attempt("systemctl", "list-unit-files", "tradestack*", "--no-legend").stdout
    sh("./install.sh", "--now")
    all_active()
    orders_go_on()


@case()
def purge_leaves_nothing() -> None:
    """After --uninstall --purge no file, user, group, unit or segment of ours is left."""
    for user in ("outsider", "operator"):
        sh("userdel", user)

    sh("./install.sh", "--uninstall", "--purge")

    left = set(every_path()) - set(BEFORE.read_text().splitlines())
    assert not [path for path in left if "tradestack" in path]
    packaged = set(sh("sh", "-c", "cat /var/lib/dpkg/info/*.list").splitlines())
    strange = {path for path in left - packaged if "__pycache__" not in path}
    assert not {path for path in strange if not path.startswith(SYSTEMS_OWN)}
    gone = set(BEFORE.read_text().splitlines()) - set(every_path())
    assert not {path for path in gone if not path.startswith(SYSTEMS_OWN)}


@case()
def purge_leaves_no_trace_in_systemd() -> None:
    """Neither systemd nor the user database knows the name any more."""
    for database in ("passwd", "group"):
        assert "tradestack" not in sh("getent", database)
    listed = sh("systemctl", "list-units", "--all", "--no-legend", "--plain", "tradestack*")
    assert not listed
    assert not sh("systemctl", "list-unit-files", "--no-legend", "tradestack*", status=None)
    assert "tradestack" not in sh("journalctl", "--list-catalog", status=None)
