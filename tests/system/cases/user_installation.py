"""An installation by `install.sh --user`, beside the system's."""

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


def run_as_user(*command: str, status: int | None = 0) -> str:
    """Run the command in a login session of the user and return its stdout."""
    record = pwd.getpwnam(USER)
    session = f"XDG_RUNTIME_DIR=/run/user/{record.pw_uid}"
    script = 'cd ~/tradestack && "$@"'
    user = ("runuser", "-u", USER, "--", "env", f"HOME={record.pw_dir}", session)
    return sh(*user, "sh", "-c", script, "sh", *command, status=status)


def inactive_units() -> list[str]:
    """List the user's units that are not active."""
    return [
        unit
        for unit in UNITS
        if run_as_user("systemctl", "--user", "show", "--value", "-p", "ActiveState", unit).strip()
        != "active"
    ]


@case()
def user_installation_runs() -> None:
    """`install.sh --user --now` works without root and beside the system's stack."""
    sh("useradd", "--create-home", USER)
    sh("loginctl", "enable-linger", USER)
    home = Path(pwd.getpwnam(USER).pw_dir)
    sh("cp", "-r", ".", str(home / "tradestack"))
    sh("chown", "-R", f"{USER}:", str(home))
    socket = Path(f"/run/user/{pwd.getpwnam(USER).pw_uid}/systemd/private")
    eventually(60, "the user's systemd runs", socket.exists)

    run_as_user("./install.sh", "--user", "--now")

    assert not inactive_units()
    log = home / ".local/state/tradestack/log/order_log.txt"
    eventually(30, "an order in the user's log", lambda: log.exists() and log.read_text())
    all_active()


@case()
def user_fault_keeps_the_port() -> None:
    """The user's systemd also keeps the port of a daemon with an invalid configuration."""
    config = Path(pwd.getpwnam(USER).pw_dir) / ".config/tradestack/gateway.toml"
    active, inactive = ("active\n", 0), ("inactive\n", 3)
    sockets = {"tradestack-gateway": active, "tradestack-gateway-control": inactive}
    with edited(config, "no_such_key = 1\n"):
        run_as_user("systemctl", "--user", "restart", "tradestack-gateway", status=1)
        run_as_user("systemctl", "--user", "is-failed", "tradestack-gateway")
        for socket, (answer, status) in sockets.items():
            command = ("systemctl", "--user", "is-active", f"{socket}.socket")
            assert run_as_user(*command, status=status) == answer

    run_as_user("systemctl", "--user", "start", "tradestack.target")
    assert not inactive_units()


@case()
def user_moves_a_port() -> None:
    """The user's own `set-port` moves the port of the user's stack, which goes on there."""
    config = Path(pwd.getpwnam(USER).pw_dir) / ".config/tradestack"
    run_as_user("../.local/bin/tradestackctl", "set-port", "feed", "9005")

    assert not inactive_units()
    assert 'listen = "127.0.0.1:9005"' in (config / "gateway.toml").read_text()
    assert 'feed = "127.0.0.1:9005"' in (config / "strategy/news.toml").read_text()
    status = ("../.local/bin/tradestackctl", "status")
    assert "is not used" not in run_as_user(*status, status=None)


@case()
def user_installation_is_removed() -> None:
    """`--user --uninstall --purge` removes all files and leaves the system's stack alone."""
    run_as_user("./install.sh", "--user", "--uninstall", "--purge")

    home = pwd.getpwnam(USER).pw_dir
    left = sh("find", home, "-path", f"{home}/tradestack", "-prune", "-o", "-print").splitlines()
    assert not [path for path in left if "tradestack" in path.removeprefix(home)]
    assert [path.name for path in Path("/dev/shm").glob("tradestack*")] == ["tradestack"]
    all_active()
    sh("loginctl", "disable-linger", USER)
    sh("systemctl", "stop", f"user@{pwd.getpwnam(USER).pw_uid}.service")
    sh("userdel", "--remove", USER)
