"""What there is in the file system, and how it differs from what there was on the new system."""

from pathlib import Path

from tests.system.cases.harness import sh

BEFORE = Path("/var/tmp/files-before.txt")  # every path of the new system
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


def every_path() -> list[str]:
    """List all files, directories and links of the root file system and of shared memory."""
    apart = ("-path", "/proc", "-o", "-path", "/sys", "-o", "-path", "/root/tradestack")
    found = sh("find", "/", "(", *apart, ")", "-prune", "-o", "-print", status=None)
    return sorted(found.splitlines())


def note_files() -> None:
    """Note every path, for `changed_files`."""
    BEFORE.write_text("\n".join(every_path()))


def changed_files() -> list[str]:
    """List the paths that were added or removed since, but those of packages and of the system."""
    before, now = set(BEFORE.read_text().splitlines()), set(every_path())
    packaged = set(sh("sh", "-c", "cat /var/lib/dpkg/info/*.list").splitlines())
    differing = {path for path in (now ^ before) - packaged if "__pycache__" not in path}
    return sorted(path for path in differing if not path.startswith(WRITTEN_BY_SYSTEM))
