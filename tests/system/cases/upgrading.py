"""Upgrades of a running stack, with edited configuration."""

from pathlib import Path

from tests.system.cases.harness import (
    SERVICES,
    SOCKETS,
    all_active,
    case,
    eventually,
    main_pid,
    nothing_lost,
    orders_go_on,
    sh,
    state,
    stats,
)

CONFIG = Path("/etc/tradestack/gateway.toml")
SHIPPED = Path("etc/gateway.toml")
SOURCE = Path("lib/tradestack/__init__.py")
CURRENT = Path("/usr/local/lib/tradestack/current")
MARK = "# edited by the operator\n"


def socket_starts() -> list[str]:
    """List when each socket began to listen."""
    return [state(socket, "ActiveEnterTimestampMonotonic") for socket in SOCKETS[:4]]


@case()
def upgrade_over_a_running_stack() -> None:
    """Services restart, sockets stay open, no order is lost, old programs are removed."""
    SOURCE.write_text(SOURCE.read_text() + "\n# a newer version\n")
    pids, sockets, programs = (
        [main_pid(each) for each in SERVICES],
        socket_starts(),
        CURRENT.resolve(),
    )

    sh("./install.sh")

    assert not set(pids) & {main_pid(each) for each in SERVICES}
    assert sockets == socket_starts()
    assert CURRENT.resolve() != programs
    assert not programs.exists()
    all_active()
    orders_go_on()
    nothing_lost()
    eventually(60, "every order has its report", _all_reported)


def _all_reported() -> bool:
    strategy = stats()["strategies"]["news"]
    return bool(strategy["orders_sent"] == strategy["orders_acknowledged"])


@case()
def upgrade_keeps_edited_config() -> None:
    """Edited configuration is kept; a changed default is installed beside it."""
    CONFIG.write_text(CONFIG.read_text() + MARK)
    sh("./install.sh")
    assert CONFIG.read_text().endswith(MARK)
    assert not CONFIG.with_name("gateway.toml.new").exists()

    SHIPPED.write_text(SHIPPED.read_text() + "# a new default\n")
    sh("./install.sh")

    assert CONFIG.read_text().endswith(MARK)
    assert CONFIG.with_name("gateway.toml.new").read_text().endswith("# a new default\n")
    all_active()


@case()
def passwords_survive_upgrades() -> None:
    """An upgrade does not change the passwords and their hashes."""
    files = (Path("/etc/tradestack/users"), Path("/etc/tradestack/credentials/news.password"))
    before = [file.read_bytes() for file in files]

    sh("./install.sh")

    assert before == [file.read_bytes() for file in files]


@case()
def broken_environment_is_rebuilt() -> None:
    """An environment whose interpreter is missing, as after an OS upgrade, is rebuilt."""
    interpreter = CURRENT.resolve() / "bin/python3"
    interpreter.unlink()
    interpreter.symlink_to("/usr/bin/python3.1")

    sh("./install.sh")

    sh("tradestackctl", "--version")
    sh("systemctl", "restart", *SERVICES)
    all_active()
