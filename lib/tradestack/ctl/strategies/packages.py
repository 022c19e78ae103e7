"""Packages that one strategy alone needs, in a directory of its own.

    STATE/packages/<instance>/<digest>/     root's, readable for all, writable for no service

Root neither builds packages nor reads requirements: pip does that as the services' user, into
wheels, and root unpacks those. The digest is one of the wheels and of Python: other packages are
another directory, which the configuration then names.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import distributions, requires
from pathlib import Path

from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.installation.owner import require_own
from tradestack.ctl.strategies.inspection import rights_of
from tradestack.ctl.strategies.source_file import read_regular
from tradestack.domain.faults import OperatorFault

PROJECT = "tradestack"
DIRECTORY_MODE = 0o755
_UMASK = 0o022
_DIGEST_LENGTH = 12
_PIP = (sys.executable, "-I", "-m", "pip", "--disable-pip-version-check")
_ONLY_WHEELS = "--only-binary=:all:"
# Settings of pip for network and indexes; those of where to install are left out.
_INHERITED = re.compile(
    r"PATH|LANG|LC_.*|.*_proxy|.*_PROXY|SSL_CERT_.*|REQUESTS_CA_BUNDLE"
    r"|PIP_(CERT|CLIENT_CERT|PROXY|TRUSTED_HOST|DEFAULT_TIMEOUT|RETRIES|INDEX_URL|EXTRA_INDEX_URL"
    r"|NO_INDEX|FIND_LINKS|PRE|CONSTRAINT|KEYRING_PROVIDER)"
)


def packages_directory(installation: Installation, instance: str) -> Path:
    """Return the directory below which the instance's packages are."""
    return installation.state.absolute() / "packages" / instance


def install_packages(
    installation: Installation, instance: str, requirements: Path, *, allow_source: bool
) -> Path:
    """Install what a file of requirements names; return the directory. Raises OperatorFault."""
    text = read_regular(requirements)
    parent = packages_directory(installation, instance)
    require_own(parent)
    parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    for directory in (parent, parent.parent):
        directory.chmod(DIRECTORY_MODE)
    with _workshop(installation.service_user) as workshop:
        user = installation.service_user
        _collect_wheels(workshop, text, requirements, user, allow_source=allow_source)
        wheels = [path for path in sorted(workshop.glob("*.whl")) if _name(path.name) not in _own()]
        final = parent / _digest(wheels)
        if not final.exists():
            _unpack(wheels, final, text, requirements)
    return final


def remove_unused(directory: Path, is_used: Callable[[Path], bool]) -> None:
    """Remove what is in an instance's directory and in use by none, and the directory if empty."""
    require_own(directory)
    if not directory.is_dir():
        return
    for path in directory.iterdir():
        if not is_used(path):
            shutil.rmtree(path)
    if not any(directory.iterdir()):
        directory.rmdir()


@contextmanager
def _workshop(user: str | None) -> Iterator[Path]:
    """Make a directory in which that user may work, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="tradestack-packages-") as name:
        if user is not None:
            shutil.chown(name, user)
        yield Path(name)


def _collect_wheels(
    workshop: Path, text: bytes, requirements: Path, user: str | None, *, allow_source: bool
) -> None:
    """Have pip download, or build, a wheel of each package, as fits what tradestack is made of."""
    copy, constraints = workshop / "requirements.txt", workshop / "constraints.txt"
    copy.write_bytes(text)
    constraints.write_text("".join(f"{name}=={version}\n" for name, version in _installed()))
    for path in (copy, constraints):
        path.chmod(0o644)
    command = [*_PIP, "wheel", "--quiet", f"--wheel-dir={workshop}", f"--constraint={constraints}"]
    command += [] if allow_source else [_ONLY_WHEELS]
    home = {"HOME": str(workshop), "TMPDIR": str(workshop), "PIP_NO_CACHE_DIR": "1"}
    _run_pip([*command, f"--requirement={copy}"], home, requirements, rights_of(user))


def _unpack(wheels: list[Path], final: Path, text: bytes, requirements: Path) -> None:
    unfinished = final.with_name(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=DIRECTORY_MODE)
    unfinished.chmod(DIRECTORY_MODE)
    (unfinished / "requirements.txt").write_bytes(text)  # for people, and to install them again
    if wheels:
        command = [*_PIP, "install", "--quiet", "--no-index", "--no-deps", _ONLY_WHEELS]
        command += [f"--target={unfinished}", *map(str, wheels)]
        _run_pip(command, {"PIP_NO_CACHE_DIR": "1"}, requirements, {})
    unfinished.rename(final)


def _run_pip(
    command: list[str], variables: dict[str, str], requirements: Path, rights: dict[str, object]
) -> None:
    inherited = {name: text for name, text in os.environ.items() if _INHERITED.fullmatch(name)}
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        cwd=requirements.absolute().parent if not rights else "/",
        env={**inherited, **variables},
        umask=_UMASK,
        **rights,  # type: ignore[call-overload]
    )
    if done.returncode:
        raise OperatorFault(
            f"--requirements {requirements}",
            "pip failed for the reason above",
            "correct the file: versions have to fit those that tradestack has; what has no wheel "
            "needs --allow-source",
        )


def _installed() -> list[tuple[str, str]]:
    """Return names and versions of what is installed beside this code, without tradestack."""
    found = {each.metadata["Name"]: each.version for each in distributions()}
    return sorted((name, text) for name, text in found.items() if name not in (PROJECT, None))


def _own() -> set[str]:
    """Return what tradestack always has: those wheels would be a second, unused copy."""
    needed = (each.partition(";") for each in requires(PROJECT) or ())
    return {_name(requirement) for requirement, _, marker in needed if "extra ==" not in marker}


def _name(text: str) -> str:
    """Return the normal form of the name that a requirement or a wheel begins with (PEP 503)."""
    name = re.match(r"[A-Za-z0-9._]+(?:-(?=[A-Za-z])[A-Za-z0-9._]+)*", text.strip())
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else ""


def _digest(wheels: list[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for wheel in wheels:
        digest.update(wheel.name.encode() + b"\0" + wheel.read_bytes())
    return digest.hexdigest()[:_DIGEST_LENGTH]
