"""A user's own installation, under that user's systemd, beside the system's."""

import pwd
from pathlib import Path

from tests.system.cases.harness import all_active, case, eventually, sh
from tests.system.cases.reloading import edited

USER = "homely"
UNITS = (
    "tradestack.target",
    "tradestack-gateway.service",
    "tradestack-order-manager.service",
    "tradestack-strategy@news.service",
)


def at_home(*command: str, status: int = 0) -> str:
    """What the user's command prints; the session is as a login makes it."""
    record = pwd.getpwnam(USER)
    session = f"XDG_RUNTIME_DIR=/run/user/{record.pw_uid}"
    script = 'cd ~/tradestack && "$@"'
    user = ("runuser", "-u", USER, "--", "env", f"HOME={record.pw_dir}", session)
    return sh(*user, "sh", "-c", script, "sh", *command, status=status)


def inactive_units() -> list[str]:
    """The user's units that do not run."""
    return [
        unit
        for unit in UNITS
        if at_home("systemctl", "--user", "show", "--value", "-p", "ActiveState", unit).strip()
        != "active"
    ]


@case()
def user_installation_runs() -> None:
    """`install.sh --user --now` needs no root and trades beside the system's stack."""
    sh("useradd", "--create-home", USER)
    sh("loginctl", "enable-linger", USER)
    home = Path(pwd.getpwnam(USER).pw_dir)
    sh("cp", "-r", ".", str(home / "tradestack"))
    sh("chown", "-R", f"{USER}:", str(home))
    socket = Path(f"/run/user/{pwd.getpwnam(USER).pw_uid}/systemd/private")
    eventually(10, "the user's systemd is there", socket.exists)

    at_home("./install.sh", "--user", "--now")

    assert not inactive_units()
    log = home / ".local/state/tradestack/log/order_log.txt"
    eventually(30, "an order in the user's log", lambda: log.exists() and log.read_text())
    all_active()


@case()
def user_fault_closes_the_sockets() -> None:
    """The user's own systemd, too, leaves a daemon alone that only the user can mend."""
    config = Path(pwd.getpwnam(USER).pw_dir) / ".config/tradestack/gateway.toml"
    sockets = ("tradestack-gateway.socket", "tradestack-gateway-control.socket")
    with edited(config, "no_such_key = 1\n"):
        at_home("systemctl", "--user", "restart", "tradestack-gateway", status=1)
        at_home("systemctl", "--user", "is-failed", "tradestack-gateway")
        for socket in sockets:
            assert at_home("systemctl", "--user", "is-active", socket, status=3) == "inactive\n"

    at_home("systemctl", "--user", "start", "tradestack.target")
    assert not inactive_units()


@case()
def user_installation_goes() -> None:
    """`--user --uninstall --purge` leaves nothing in the home, and the system's stack alone."""
    at_home("./install.sh", "--user", "--uninstall", "--purge")

    home = pwd.getpwnam(USER).pw_dir
    left = sh("find", home, "-path", f"{home}/tradestack", "-prune", "-o", "-print").splitlines()
    assert not [path for path in left if "tradestack" in path.removeprefix(home)]
    segments = sorted(path.name for path in Path("/dev/shm").glob("tradestack-*"))
    assert segments == ["tradestack-news", "tradestack-prices"]
    all_active()
    sh("loginctl", "disable-linger", USER)
    sh("systemctl", "stop", f"user@{pwd.getpwnam(USER).pw_uid}.service")
    sh("userdel", "--remove", USER)
