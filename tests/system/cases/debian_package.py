"""The Debian package: installed, started, upgraded under a running stack, removed and purged.

/package has the package, /debs the packages that it depends on.
"""

import shutil
from pathlib import Path

from tests.system.cases.files import changed_files, every_path, note_files
from tests.system.cases.harness import (
    ORDER_LOG,
    SERVICES,
    SOCKETS,
    TARGET,
    all_active,
    attempt,
    case,
    eventually,
    inactive_among,
    main_pid,
    nothing_lost,
    order_numbers,
    orders_go_on,
    sh,
    state,
)

PACKAGE = "/package/tradestack.deb"
NEWER = Path("/var/tmp/tradestack-newer.deb")
CONFIG = Path("/etc/tradestack/gateway.toml")
MARK = "# edited by the operator\n"
ENABLED = (TARGET, "tradestack-strategy@news.service", *SOCKETS[0:3:2])
ON_DISK = (
    CONFIG,
    Path("/etc/tradestack/users"),
    Path("/var/lib/tradestack/order-manager"),
    ORDER_LOG,
)


def apt_get(*arguments: str) -> None:
    """Run apt-get as an unattended upgrade does: edited configuration is kept."""
    keep = ("-o", "Dpkg::Options::=--force-confold")
    options = ("-qq", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0", *keep)
    sh("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options, *arguments)


@case(essential=True)
def package_is_installed() -> None:
    """The package is installed with what it depends on; it enables, and starts nothing."""
    note_files()
    Path("/etc/apt/sources.list").write_text("deb [trusted=yes] file:/debs ./\n")
    apt_get("update")

    apt_get("install", PACKAGE)

    for unit in ENABLED:
        assert sh("systemctl", "is-enabled", unit, status=None).strip() == "enabled", unit
    assert len(inactive_among((TARGET, *SERVICES, *SOCKETS))) == len((TARGET, *SERVICES, *SOCKETS))
    assert "installed as a Debian package" in attempt("./install.sh").stderr
    assert "Subject: A tradestack daemon is ready" in sh("journalctl", "--dump-catalog")


@case(essential=True)
def package_starts() -> None:
    """One command starts the stack, `status` says that all is well, and orders come."""
    sh("systemctl", "start", TARGET)

    all_active()
    eventually(30, "an order in the log", order_numbers)
    sh("tradestackctl", "status")
    orders_go_on()


@case()
def package_upgrades_a_running_stack() -> None:
    """Services restart, sockets stay open, no order is lost, edited configuration is kept."""
    CONFIG.write_text(CONFIG.read_text() + MARK)
    users = ON_DISK[1].read_bytes()
    pids = [main_pid(each) for each in SERVICES]
    listening = [state(each, "ActiveEnterTimestampMonotonic") for each in SOCKETS[:4]]
    make_newer()

    apt_get("install", str(NEWER))

    assert not set(pids) & {main_pid(each) for each in SERVICES}
    assert listening == [state(each, "ActiveEnterTimestampMonotonic") for each in SOCKETS[:4]]
    assert CONFIG.read_text().endswith(MARK)
    assert users == ON_DISK[1].read_bytes()
    all_active()
    orders_go_on()
    nothing_lost()


def make_newer() -> None:
    """Pack the same files as a later version."""
    tree = NEWER.with_suffix("")
    sh("dpkg-deb", "--raw-extract", PACKAGE, str(tree))
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text().replace("\nVersion: ", "\nVersion: 1:"))
    sh("dpkg-deb", "--build", "-Znone", str(tree), str(NEWER))
    shutil.rmtree(tree)


@case()
def removed_package_keeps_config_and_state() -> None:
    """Removal stops everything, and leaves what the operator and the daemons have written."""
    apt_get("remove", "tradestack")

    assert all(path.exists() for path in ON_DISK)
    running = sh("systemctl", "list-units", "--no-legend", "--plain", "tradestack*")
    assert not [line for line in running.splitlines() if " failed " not in line], running
    commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert not [command for command in commands if b"/usr/bin/tradestack" in command]


@case()
def purged_package_leaves_nothing() -> None:
    """Purging removes configuration, state, logs and shared memory; the user stays."""
    apt_get("purge", "--autoremove", "tradestack")

    ours = [path for path in every_path() if "tradestack" in path]
    assert set(ours) == {PACKAGE, str(NEWER)}
    unexpected = changed_files()
    assert not unexpected, unexpected
    assert "tradestack" in sh("getent", "passwd", "tradestack")
    assert not sh("systemctl", "list-unit-files", "--no-legend", "tradestack*", status=None)
