"""--uninstall keeps the operator's files; --purge leaves the system as it was before."""

from pathlib import Path

from tests.system.cases.harness import all_active, attempt, case, orders_go_on, sh
from tests.system.cases.installing import BEFORE, every_path
from tests.system.cases.moving_ports import COMMAND, DROP_IN, MOVED_PORT, set_port
from tests.system.cases.permissions import OPERATOR, OUTSIDER

KEPT = ("/etc/tradestack/gateway.toml", "/var/lib/tradestack/order-manager", "/var/log/tradestack")
# Written by the system itself.
WRITTEN_BY_SYSTEM = (
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
    "/etc/subgid-",
    "/etc/subuid-",
)


@case()
def uninstall_keeps_config_state_and_logs() -> None:
    """Without --purge the operator's files are kept, and a new installation uses them.

    A port that was moved has its own address again, until it is moved once more, as status says.
    """
    set_port("feed", str(MOVED_PORT))
    sh("./install.sh", "--uninstall")

    assert not DROP_IN.parent.exists()
    assert all(Path(path).exists() for path in KEPT)
    assert not attempt("systemctl", "list-unit-files", "tradestack*", "--no-legend").stdout
    sh("./install.sh", "--now")
    all_active()
    assert COMMAND in sh("tradestackctl", "status", status=None)
    set_port("feed", str(MOVED_PORT))
    all_active()
    orders_go_on()


@case()
def purge_leaves_nothing() -> None:
    """After --uninstall --purge, no file or segment of tradestack is left."""
    for user in (OUTSIDER, OPERATOR):
        sh("userdel", user)

    sh("./install.sh", "--uninstall", "--purge")

    before, now = set(BEFORE.read_text().splitlines()), set(every_path())
    ours = [path for path in now if "tradestack" in path]
    assert not ours, ours
    packaged = set(sh("sh", "-c", "cat /var/lib/dpkg/info/*.list").splitlines())
    differing = {path for path in (now ^ before) - packaged if "__pycache__" not in path}
    unexpected = sorted(path for path in differing if not path.startswith(WRITTEN_BY_SYSTEM))
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
